#include "core/config/value_scanner.hpp"

#include <algorithm>

#include "core/base/units.hpp"
#include "core/config/scan.hpp"
#include "core/config/text.hpp"

namespace weir::config {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr int depth_max = 32;

bool is_bare_key(char c) { return is_word(c) || c == '-'; }
bool ends_token(char c) {
  return is_blank(c) || c == '\n' || c == ',' || c == ']' || c == '}' || c == '#';
}

std::string hint_for(std::string_view token) {
  const std::string lower = to_lower(token);
  if (lower == "true" || lower == "yes" || lower == "on") return "did you mean true?";
  if (lower == "false" || lower == "no" || lower == "off") return "did you mean false?";
  return "a string needs quotes: " + quote(token);
}

bool is_number_start(std::string_view token) {
  const std::size_t i = token[0] == '+' || token[0] == '-' ? 1 : 0;
  return i < token.size() && (is_digit(token[i]) || token[i] == '.' || token.substr(i) == "inf" ||
                              token.substr(i) == "nan");
}

bool is_based_integer(std::string_view token) {
  return token.size() > 2 && token[0] == '0' &&
         (token[1] == 'x' || token[1] == 'o' || token[1] == 'b');
}

// 5s, 10MiB: what is meant is clear.
bool is_quantity(std::string_view token) {
  return is_letter(token.back()) && (parse_go_duration(token).ok() || parse_size(token).ok());
}

class ValueScanner {
 public:
  ValueScanner(std::string_view text, std::size_t offset) : text_(text), at_(offset) {}

  ScannedValue run() {
    at_ = skip_blanks(text_, at_);
    out_.begin = at_;
    if (!value(0)) return std::move(out_);
    out_.end = at_;
    out_.strict = std::string(text_.substr(out_.begin, out_.end - out_.begin));
    for (const auto& [offset, byte] : edits_) out_.strict[offset - out_.begin] = byte;
    return std::move(out_);
  }

 private:
  struct Edit {
    std::size_t offset;
    char byte;
  };

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\n'; }

  bool fail(std::size_t offset, std::size_t length, std::string message, std::string hint = {}) {
    out_.error =
        SyntaxError{offset, std::max<std::size_t>(1, length), std::move(message), std::move(hint)};
    return false;
  }

  bool value(int depth) {
    if (depth > depth_max) return fail(at_, 1, "lists and tables are nested too deeply");
    if (peek() == '[') return array(depth);
    if (peek() == '{') return inline_table(depth);
    return is_quote(peek()) ? string() : bare(depth);
  }

  bool string() {
    const std::size_t end = end_of_string(text_, at_);
    if (end == npos) {
      const bool is_long = text_.substr(at_, 3) == std::string(3, text_[at_]);
      return fail(at_, is_long ? 3 : end_of_line(text_, at_) - at_,
                  "the string has no closing quote");
    }
    at_ = end;
    return true;
  }

  bool bare(int depth) {
    const std::size_t end = end_of_token();
    const std::string_view token = text_.substr(at_, end - at_);
    if (token.empty()) return fail(at_, 1, "a value is missing here");
    const std::size_t after = skip_blanks(text_, end);
    const bool in_list = depth > 0 && text_[opened_.back()] == '[';
    if (in_list && after < text_.size() && text_[after] == '=') return unclosed();
    return check(token) && (at_ = end, true);
  }

  // "${NAME}" is one token.
  [[nodiscard]] std::size_t end_of_token() const {
    std::size_t end = at_;
    while (end < text_.size() && !ends_token(text_[end]) && text_[end] != '=') {
      const bool braced = text_.substr(end, 2) == "${";
      const std::size_t close =
          braced ? text_.substr(0, end_of_line(text_, end)).find('}', end) : npos;
      end = close == npos ? end + 1 : close + 1;
    }
    return end;
  }

  bool check(std::string_view token) {
    if (token.find('$') != npos) return variable(token);
    if (is_based_integer(token)) {
      return fail(at_, token.size(),
                  "integers are written in decimal here, " + quote(token) + " is not",
                  "Telegraf refuses it too");
    }
    if (is_quantity(token)) {
      return fail(at_, token.size(), quote(token) + " is not a value",
                  "a number with a unit needs quotes: " + quote(token));
    }
    if (token == "true" || token == "false" || is_number_start(token)) return true;
    return fail(at_, token.size(), quote(token) + " is not a value", hint_for(token));
  }

  bool variable(std::string_view token) {
    return fail(at_, token.size(), "an environment variable needs quotes around it",
                "write " + quote(token) +
                    ", for a number or true and false too; or run with --non-strict-env-handling");
  }

  bool array(int depth) {
    opened_.push_back(at_++);
    if (!skip_space()) return false;
    while (peek() != ']') {
      if (!value(depth + 1)) return false;
      value_end_ = at_;
      if (!item_separator()) return false;
    }
    ++at_;
    opened_.pop_back();
    return true;
  }

  bool item_separator() {
    if (!skip_space()) return false;
    if (peek() == ']') return true;
    if (peek() != ',') return supply_comma();
    ++at_;
    return skip_space();
  }

  // Telegraf takes a list without commas; TOML wants them, so one replaces the blank behind the item.
  bool supply_comma() {
    const bool blank =
        value_end_ < at_ && (is_blank(text_[value_end_]) || text_[value_end_] == '\n');
    if (!blank) return fail(at_, 1, "a comma is missing between two items");
    edits_.push_back({value_end_, ','});
    out_.warnings.push_back({at_, 1, "a comma is missing between two items of the list", {}});
    return true;
  }

  // Blanks, line breaks and comments within a list.
  bool skip_space() {
    while (at_ < text_.size()) {
      at_ = skip_blanks(text_, at_);
      if (peek() == '#') at_ = end_of_line(text_, at_);
      if (at_ >= text_.size() || text_[at_] != '\n') break;
      ++at_;
      if (header_ahead()) return unclosed();
    }
    return at_ < text_.size() || unclosed();
  }

  // A header in the middle of a list: the list was never closed. A list of lists looks alike, but its
  // items are no names.
  [[nodiscard]] bool header_ahead() const {
    std::size_t i = skip_blanks(text_, at_);
    if (i >= text_.size() || text_[i] != '[') return false;
    while (i < text_.size() && text_[i] == '[') ++i;
    i = skip_blanks(text_, i);
    return i < text_.size() && is_letter(text_[i]) && looks_like_statement(text_, at_);
  }

  bool unclosed() {
    const bool list = text_[opened_.back()] == '[';
    return fail(opened_.back(), 1,
                list ? "the list is not closed" : "the inline table is not closed",
                list ? "put a ] behind its last item" : "put a } behind its last entry");
  }

  bool inline_table(int depth) {
    opened_.push_back(at_++);
    at_ = skip_blanks(text_, at_);
    while (peek() != '}') {
      if (!entry(depth) || !separator()) return false;
    }
    ++at_;
    opened_.pop_back();
    return true;
  }

  bool entry(int depth) {
    if (at_ >= text_.size()) return unclosed();
    if (text_[at_] == '\n' || text_[at_] == '#') return one_line();
    SyntaxError error;
    const std::size_t end = scan_key(text_, at_, error);
    if (end == npos) {
      out_.error = std::move(error);
      return false;
    }
    at_ = skip_blanks(text_, end);
    if (peek() != '=') return fail(at_, 1, "expected = behind the key");
    at_ = skip_blanks(text_, at_ + 1);
    return value(depth + 1);
  }

  bool separator() {
    at_ = skip_blanks(text_, at_);
    if (peek() == '}') return true;
    if (peek() == '\n' || peek() == '#') return at_ < text_.size() ? one_line() : unclosed();
    if (peek() != ',') {
      return fail(at_, 1, "a comma is missing between two entries of the inline table");
    }
    const std::size_t comma = at_;
    at_ = skip_blanks(text_, at_ + 1);
    if (peek() == '}') edits_.push_back({comma, ' '});
    return true;
  }

  bool one_line() {
    return fail(opened_.back(), 1, "an inline table must stand in one line",
                "give it a section of its own, [inputs.example.name], with one entry in each line");
  }

  std::string_view text_;
  std::size_t at_;
  std::size_t value_end_{0};
  std::vector<std::size_t> opened_;
  std::vector<Edit> edits_;
  ScannedValue out_;
};

}  // namespace

std::size_t scan_key_part(std::string_view text, std::size_t offset, SyntaxError& error) {
  if (offset < text.size() && is_quote(text[offset])) {
    const std::size_t end =
        text.substr(offset, 3) == std::string(3, text[offset]) ? npos : end_of_string(text, offset);
    if (end == npos) error = {offset, 1, "the key has no closing quote", {}};
    return end;
  }
  std::size_t end = offset;
  while (end < text.size() && is_bare_key(text[end])) ++end;
  if (end > offset) return end;
  const bool foreign = offset < text.size() && static_cast<unsigned char>(text[offset]) >= 0x80;
  error = {offset,
           1,
           foreign ? "a key with other than letters, digits, - and _ needs quotes"
                   : "a key is missing here",
           {}};
  return npos;
}

std::size_t scan_key(std::string_view text, std::size_t offset, SyntaxError& error) {
  for (;;) {
    const std::size_t end = scan_key_part(text, offset, error);
    if (end == npos) return npos;
    const std::size_t dot = skip_blanks(text, end);
    if (dot >= text.size() || text[dot] != '.') return end;
    offset = skip_blanks(text, dot + 1);
  }
}

bool looks_like_statement(std::string_view text, std::size_t offset) {
  std::size_t at = skip_blanks(text, offset);
  const bool header = at < text.size() && text[at] == '[';
  while (at < text.size() && text[at] == '[') ++at;
  SyntaxError error;
  at = scan_key(text, skip_blanks(text, at), error);
  if (at == npos) return false;
  at = skip_blanks(text, at);
  if (at >= text.size()) return false;
  if (!header) return text[at] == '=';
  while (at < text.size() && text[at] == ']') ++at;
  at = skip_blanks(text, at);
  return at >= text.size() || text[at] == '\n' || text[at] == '#';
}

ScannedValue scan_value(std::string_view text, std::size_t offset) {
  return ValueScanner(text, offset).run();
}

}  // namespace weir::config
