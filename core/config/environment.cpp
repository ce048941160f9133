#include "core/config/environment.hpp"

#include <algorithm>
#include <utility>

#include "core/config/scan.hpp"
#include "core/config/text.hpp"

namespace weir::config {
namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr int nesting_max = 16;

std::size_t end_of_name(std::string_view text, std::size_t at) {
  if (at >= text.size() || is_digit(text[at])) return at;
  while (at < text.size() && is_word(text[at])) ++at;
  return at;
}

// The brace that closes the "${" at the offset, in the same line.
std::size_t closing_brace(std::string_view text, std::size_t at) {
  const std::size_t end = end_of_line(text, at);
  int open = 0;
  for (std::size_t i = at; i < end; ++i) {
    if (text[i] == '}' && --open == 0) return i;
    if (text[i] == '$' && i + 1 < end && text[i + 1] == '{') ++open;
  }
  const std::size_t last = text.substr(0, end).rfind('}');
  return last == npos || last < at ? npos : last;
}

// ${name}, ${name:-word}...
struct Braced {
  std::string name;
  char verb{0};              // '-', '+', '?' or 0
  bool empty_counts{false};  // with ':': empty is as good as unset
  std::string_view word;
  std::size_t end{0};
};

bool parse_braced(std::string_view text, std::size_t at, Braced& braced) {
  const std::size_t close = closing_brace(text, at);
  if (close == npos) return false;
  std::size_t i = end_of_name(text, at + 2);
  if (i == at + 2) return false;
  braced.name = text.substr(at + 2, i - at - 2);
  braced.end = close + 1;
  if (i == close) return true;
  braced.empty_counts = text[i] == ':';
  if (braced.empty_counts) ++i;
  if (i >= close || (text[i] != '-' && text[i] != '+' && text[i] != '?')) return false;
  braced.verb = text[i];
  braced.word = text.substr(i + 1, close - i - 1);
  return true;
}

class Expander {
 public:
  Expander(std::string_view text, const EnvironmentRules& rules, int depth)
      : text_(text), rules_(rules), depth_(depth) {}

  // Up to the offset.
  void run(std::size_t end) {
    while (at_ < end) {
      const std::size_t dollar = std::min(text_.find('$', at_), end);
      copy(dollar);
      if (dollar < end) expression();
    }
  }
  void copy(std::size_t to) {
    out_.text.append(text_.substr(at_, to - at_));
    at_ = to;
  }
  [[nodiscard]] std::size_t at() const { return at_; }
  Expansion take() { return std::move(out_); }

 private:
  [[nodiscard]] char next() const { return at_ + 1 < text_.size() ? text_[at_ + 1] : '\0'; }

  void expression() {
    if (next() == '$' && rules_.dollar_escape) return replace(at_ + 2, "$");
    if (next() == '{') return braced();
    const std::size_t end = end_of_name(text_, at_ + 1);
    if (end == at_ + 1) return copy(end);
    variable(std::string(text_.substr(at_ + 1, end - at_ - 1)), end);
  }

  void braced() {
    Braced braced;
    if (depth_ >= nesting_max || !parse_braced(text_, at_, braced)) return copy(at_ + 2);
    const auto value = look_up(braced.name);
    if (braced.verb == 0) {
      if (!value && out_.unset.empty()) out_.unset = braced.name;
      return variable(braced.name, braced.end);
    }
    const bool present = value && !(braced.empty_counts && value->empty());
    if (braced.verb == '-') return replace(braced.end, present ? *value : nested(braced.word));
    if (braced.verb == '+') return replace(braced.end, present ? nested(braced.word) : "");
    if (!present) fail(braced);
    replace(braced.end, value.value_or(""));
  }

  void variable(const std::string& name, std::size_t end) {
    const auto value = look_up(name);
    if (value) return replace(end, *value);
    if (depth_ > 0) return replace(end, "");  // Inside a default, what is unset is empty.
    copy(end);
  }

  std::optional<std::string> look_up(const std::string& name) const {
    return rules_.environment ? rules_.environment(name) : std::nullopt;
  }

  std::string nested(std::string_view word) {
    Expander inner(word, rules_, depth_ + 1);
    inner.run(word.size());
    Expansion result = inner.take();
    if (out_.error.empty() && !result.error.empty()) {
      out_.error = std::move(result.error);
      out_.error_offset = at_;
      out_.error_length = 1;
    }
    return std::move(result.text);
  }

  void fail(const Braced& braced) {
    if (!out_.error.empty()) return;
    out_.error = "the environment variable \"" + braced.name + "\" must be set";
    // As written, so that a reason never repeats a value.
    if (!braced.word.empty()) out_.error += ": " + std::string(braced.word);
    out_.error_offset = at_;
    out_.error_length = braced.end - at_;
  }

  void replace(std::size_t end, std::string_view value) {
    step(true);
    out_.text.append(value);
    out_.changed = true;
    at_ = end;
    step(false);
  }
  void step(bool replaced) {
    out_.steps.push_back(
        {static_cast<std::uint32_t>(out_.text.size()), static_cast<std::uint32_t>(at_), replaced});
  }

  std::string_view text_;
  const EnvironmentRules& rules_;
  int depth_;
  std::size_t at_{0};
  Expansion out_;
};

}  // namespace

Expansion expand(std::string_view text, const EnvironmentRules& rules) {
  Expander expander(text, rules, 0);
  expander.run(text.size());
  return expander.take();
}

Expansion expand_file(std::string_view text, const EnvironmentRules& rules) {
  Expander expander(text, rules, 0);
  std::size_t i = 0;
  while (i < text.size()) {
    if (is_quote(text[i])) {
      const std::size_t end = end_of_string(text, i);
      i = end == npos ? end_of_line(text, i) : end;
    } else if (text[i] == '#') {
      expander.run(i);
      i = end_of_line(text, i);
      if (expander.at() < i) expander.copy(i);  // An expression may have reached into it.
    } else {
      ++i;
    }
  }
  expander.run(text.size());
  return expander.take();
}

}  // namespace weir::config
