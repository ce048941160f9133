#include "plugins/common/exposition/series_syntax.hpp"

#include "plugins/common/text/utf8.hpp"

namespace weir::exposition {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

bool SeriesSyntax::read(std::string_view line) {
  line_ = line;
  at_ = 0;
  labels_.clear();
  texts_.clear();
  texts_.reserve(line.size());
  name_ = bare_name(true);
  if (name_.empty() && here() != '{') return fail("expected a metric's name");
  const std::size_t end = at_;
  skip_blanks();
  if (here() != '{') return at_ = end, true;
  ++at_;
  if (!read_labels()) return false;
  return !name_.empty() || fail("the metric has no name");
}

bool SeriesSyntax::read_name(std::string_view text, std::string_view& rest) {
  line_ = text;
  at_ = 0;
  texts_.clear();
  texts_.reserve(text.size());
  if (!any_name(true, name_)) return false;
  rest = text.substr(at_);
  return true;
}

bool SeriesSyntax::fail(const char* reason) {
  reason_ = reason;
  return false;
}

void SeriesSyntax::skip_blanks() {
  while (is_blank(here())) ++at_;
}

std::string_view SeriesSyntax::bare_name(bool colons) {
  const std::size_t begin = at_;
  while (is_letter(here()) || (colons && here() == ':') || (at_ > begin && is_digit(here()))) {
    ++at_;
  }
  return line_.substr(begin, at_ - begin);
}

bool SeriesSyntax::any_name(bool colons, std::string_view& name) {
  if (here() == '"') return quoted(name) && (!name.empty() || fail("an empty name"));
  name = bare_name(colons);
  return !name.empty() || fail("expected a name");
}

// A text in quotes; the first one is here.
bool SeriesSyntax::quoted(std::string_view& text) {
  const std::size_t begin = ++at_;
  while (here() != '"') {
    if (here() == '\\') return unescaped(begin, text);
    if (here() == '\n') return fail("a text without closing quote");
    ++at_;
  }
  text = line_.substr(begin, at_ - begin);
  ++at_;
  return common::is_utf8(text) || fail("invalid UTF-8");
}

// The same for a text with escapes, from the first of them on.
bool SeriesSyntax::unescaped(std::size_t begin, std::string_view& text) {
  const std::size_t first = texts_.size();
  texts_.append(line_.substr(begin, at_ - begin));
  for (; here() != '"'; ++at_) {
    if (here() == '\n') return fail("a text without closing quote");
    char c = here();
    if (c == '\\') {
      ++at_;
      c = here();
      if (c != '\\' && c != '"' && c != 'n') return fail("an escape other than \\\\, \\\" and \\n");
      if (c == 'n') c = '\n';
    }
    texts_ += c;
  }
  ++at_;
  text = std::string_view(texts_).substr(first);
  return common::is_utf8(text) || fail("invalid UTF-8");
}

// From behind the opening brace to behind the closing one.
bool SeriesSyntax::read_labels() {
  for (;;) {
    skip_blanks();
    if (here() == '}') return ++at_, true;
    if (!read_label()) return false;
    skip_blanks();
    if (here() == '}') return ++at_, true;
    if (here() != ',') return fail("expected a comma or a closing brace");
    ++at_;
  }
}

bool SeriesSyntax::read_label() {
  const bool in_quotes = here() == '"';
  std::string_view name;
  if (!any_name(false, name)) return false;
  skip_blanks();
  if (in_quotes && name_.empty() && (here() == ',' || here() == '}')) return name_ = name, true;
  if (here() != '=') return fail("expected '=' behind a label's name");
  ++at_;
  skip_blanks();
  if (here() != '"') return fail("expected a label's value in quotes");
  std::string_view value;
  return quoted(value) && add_label(name, value);
}

bool SeriesSyntax::add_label(std::string_view name, std::string_view value) {
  if (name == "__name__") return fail("the label __name__ is reserved");
  if (labels_.size() == labels_max) return fail("more than 1024 labels");
  for (const Label& l : labels_) {
    if (l.name == name) return fail("a label that is there already");
  }
  labels_.push_back({name, value});
  return true;
}

}  // namespace weir::exposition
