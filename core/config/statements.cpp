#include "core/config/statements.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "core/config/document.hpp"
#include "core/config/scan.hpp"
#include "core/config/text.hpp"
#include "core/config/toml_value.hpp"
#include "core/config/value_scanner.hpp"

namespace weir::config {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr int errors_max = 20;

// All of the value came from the environment, as far as anybody can tell.
void mark(Node& node) {
  node.from_environment = true;
  for (Node& item : node.items) mark(item);
  for (Member& member : node.members) mark(member.value);
}

class Cutter {
 public:
  Cutter(const MappedText& text, Reporter& reporter, const std::function<void(Statement&)>& each)
      : map_(text), text_(text.text()), reporter_(reporter), each_(each) {}

  void run() {
    while (at_ < text_.size() && errors_ < errors_max) {
      at_ = skip_blanks(text_, at_);
      if (at_ >= text_.size()) break;
      if (text_[at_] == '\n') {
        ++at_;
      } else if (text_[at_] == '#') {
        at_ = end_of_line(text_, at_);
      } else {
        statement();
      }
    }
    if (errors_ == errors_max) {
      reporter_.error(map_.at(at_, 1), "too many syntax errors; the rest of the file was not read");
    }
  }

 private:
  void statement() {
    Statement statement;
    const std::size_t begin = at_;
    const bool read = text_[at_] == '[' ? header(statement) : entry(statement);
    if (!read) {
      hide_secret(statement, begin);
      statement.kind = Statement::Kind::unreadable;
      ++errors_;
      recover(begin);
    }
    each_(statement);
  }

  // On to the next line that can begin something: the rest of a broken list or table is no news.
  void recover(std::size_t begin) {
    if (in_open_long_string()) {
      at_ = text_.size();
      return;
    }
    at_ = end_of_line(text_, std::max(begin, fault_));
    while (at_ < text_.size() && continues(at_ + 1)) at_ = end_of_line(text_, at_ + 1);
  }

  // Then all that follows is part of the string.
  [[nodiscard]] bool in_open_long_string() const {
    const std::string_view quotes = text_.substr(std::min(fault_, text_.size()), 3);
    return (quotes == "\"\"\"" || quotes == "'''") && end_of_string(text_, fault_) == npos;
  }

  // Items of a list or the end of a table: what no statement begins with.
  [[nodiscard]] bool continues(std::size_t line) const {
    const std::size_t first = skip_blanks(text_, line);
    if (first >= text_.size()) return false;
    const char c = text_[first];
    const bool item = is_quote(c) || is_digit(c) || c == '+' || c == ',' || c == '[';
    return c == ']' || c == '}' || (item && !looks_like_statement(text_, line));
  }

  static bool has_secret_name(const std::vector<Key>& path) {
    return std::any_of(path.begin(), path.end(),
                       [](const Key& key) { return is_secret_name(key.name); });
  }

  // By the names of its key and of the section it stands in: what is no TOML is read without a schema.
  [[nodiscard]] bool is_secret(const Statement& statement) const {
    return in_secret_section_ || has_secret_name(statement.path);
  }

  // The error, without the words of the file that it repeats.
  [[nodiscard]] SyntaxError untold(SyntaxError error) const {
    const std::string_view piece = text_.substr(std::min(error.offset, text_.size()), error.length);
    if (error.message.find(piece) != std::string::npos) {
      error.message = "what stands here is not a value";
    }
    if (error.hint.find(piece) != std::string::npos) error.hint = "a string needs quotes";
    return error;
  }

  void hide_secret(const Statement& statement, std::size_t begin) {
    if (statement.kind != Statement::Kind::entry || !is_secret(statement)) return;
    const std::size_t equals = std::min(text_.find('=', begin), end_of_line(text_, begin));
    reporter_.hide(map_.at(equals, end_of_line(text_, begin) - equals));
  }

  // What a variable put into the text may be a secret: the message must not repeat it.
  bool fail(const SyntaxError& error) {
    fault_ = error.offset;
    const At at = map_.at(error.offset, error.length);
    if (map_.replaced(error.offset, error.length)) {
      reporter_.error(at, "the text that an environment variable put here is not a value",
                      "put quotes around the variable");
    } else {
      reporter_.error(at, error.message, error.hint);
    }
    return false;
  }

  bool header(Statement& statement) {
    const std::size_t begin = at_;
    const bool array = text_.substr(at_, 2) == "[[";
    const std::string_view closing = array ? "]]" : "]";
    std::size_t end = skip_blanks(text_, begin + closing.size());
    if (!keys(end, statement.path)) return false;
    end = skip_blanks(text_, end);
    if (text_.substr(end, closing.size()) != closing) {
      return fail({begin, end_of_line(text_, begin) - begin, "the header is not closed",
                   "it must end in " + std::string(closing)});
    }
    at_ = end + closing.size();
    in_secret_section_ = has_secret_name(statement.path);
    statement.kind = array ? Statement::Kind::array_table : Statement::Kind::table;
    statement.at = map_.at(begin, at_ - begin);
    return ends_line("the header");
  }

  bool entry(Statement& statement) {
    const std::size_t begin = at_;
    std::size_t end = begin;
    if (!keys(end, statement.path)) return false;
    statement.at = map_.at(begin, end - begin);
    end = skip_blanks(text_, end);
    if (end >= text_.size() || text_[end] != '=') {
      return fail({begin, end - begin, "expected = and a value behind the key", {}});
    }
    statement.kind = Statement::Kind::entry;
    return value(statement, end + 1);
  }

  bool value(Statement& statement, std::size_t begin) {
    const ScannedValue scanned = scan_value(text_, begin);
    if (scanned.error) return fail(is_secret(statement) ? untold(*scanned.error) : *scanned.error);
    for (const SyntaxError& warning : scanned.warnings) {
      reporter_.warning(map_.at(warning.offset, warning.length), warning.message, warning.hint);
    }
    TomlFault fault;
    const Locate locate = [&](std::size_t offset, std::size_t length) {
      return map_.at(scanned.begin + offset, length);
    };
    statement.value = parse_toml_value(scanned.strict, locate, fault);
    if (!fault.message.empty()) return fail({scanned.begin + fault.offset, 1, fault.message, {}});
    if (map_.replaced(scanned.begin, scanned.end - scanned.begin)) mark(statement.value);
    at_ = scanned.end;
    return ends_line("the value");
  }

  bool ends_line(const char* what) {
    const std::size_t end = skip_blanks(text_, at_);
    if (end >= text_.size() || text_[end] == '\n' || text_[end] == '#') return true;
    return fail(
        {end, end_of_line(text_, end) - end, std::string("unexpected text behind ") + what, {}});
  }

  // Dotted keys from the offset on, which is moved behind them.
  bool keys(std::size_t& offset, std::vector<Key>& path) {
    for (;;) {
      SyntaxError error;
      const std::size_t end = scan_key_part(text_, offset, error);
      if (end == npos) return fail(error);
      Key key{std::string(text_.substr(offset, end - offset)), map_.at(offset, end - offset)};
      if (is_quote(text_[offset]) && !unquote(key, offset)) return false;
      path.push_back(std::move(key));
      const std::size_t dot = skip_blanks(text_, end);
      offset = end;
      if (dot >= text_.size() || text_[dot] != '.') return true;
      offset = skip_blanks(text_, dot + 1);
    }
  }

  bool unquote(Key& key, std::size_t offset) {
    TomlFault fault;
    const Node name = parse_toml_value(key.name, fault);
    if (!fault.message.empty()) return fail({offset + fault.offset, 1, fault.message, {}});
    key.name = name.text;
    return true;
  }

  const MappedText& map_;
  std::string_view text_;
  Reporter& reporter_;
  const std::function<void(Statement&)>& each_;
  std::size_t at_{0};
  std::size_t fault_{0};  // Where the last error is.
  int errors_{0};
  bool in_secret_section_{false};
};

}  // namespace

void cut_statements(const MappedText& text, Reporter& reporter,
                    const std::function<void(Statement&)>& each) {
  Cutter(text, reporter, each).run();
}

}  // namespace weir::config
