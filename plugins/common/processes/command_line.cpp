#include "plugins/common/processes/command_line.hpp"

#include <cstddef>

namespace weir::common {
namespace {

constexpr std::string_view blanks = " \t\n";

class Splitter {
 public:
  Splitter(std::string_view line, std::vector<std::string>& words) : rest_(line), words_(words) {}

  std::string run() {
    for (skip_blanks(); !rest_.empty(); skip_blanks()) {
      word_.clear();
      while (!rest_.empty() && blanks.find(rest_.front()) == blanks.npos) {
        if (const char* wrong = take_part()) return wrong;
      }
      words_.push_back(word_);
    }
    return {};
  }

 private:
  // Blanks, and lines that go on.
  void skip_blanks() {
    for (;;) {
      if (rest_.starts_with("\\\n")) {
        rest_.remove_prefix(2);
      } else if (!rest_.empty() && blanks.find(rest_.front()) != blanks.npos) {
        rest_.remove_prefix(1);
      } else {
        return;
      }
    }
  }

  const char* take_part() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    switch (c) {
      case '\'': return take_single();
      case '"': return take_double();
      case '\\': return take_escaped({});
      default: word_ += c; return nullptr;
    }
  }
  const char* take_single() {
    const std::size_t end = rest_.find('\'');
    if (end == std::string_view::npos) return "has a ' without an end";
    word_ += rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return nullptr;
  }
  const char* take_double() {
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') return nullptr;
      if (c != '\\') {
        word_ += c;
      } else if (const char* wrong = take_escaped("$`\"\\")) {
        return wrong;
      }
    }
    return "has a \" without an end";
  }
  // What stands behind a backslash. special: what loses it, where others keep it; empty = all lose it.
  const char* take_escaped(std::string_view special) {
    if (rest_.empty()) return "ends with a backslash";
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\n') return nullptr;  // the line goes on
    if (!special.empty() && special.find(c) == special.npos) word_ += '\\';
    word_ += c;
    return nullptr;
  }

  std::string_view rest_;
  std::vector<std::string>& words_;
  std::string word_;
};

}  // namespace

std::string split_command(std::string_view line, std::vector<std::string>& words) {
  words.clear();
  return Splitter(line, words).run();
}

}  // namespace weir::common
