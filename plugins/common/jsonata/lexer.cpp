#include "plugins/common/jsonata/lexer.hpp"

#include <array>

#include "plugins/common/gjson/json_text.hpp"
#include "plugins/common/jsonata/limits.hpp"
#include "plugins/common/text/go_number.hpp"
#include "plugins/common/text/letters.hpp"

namespace weir::jsonata {
namespace {

constexpr std::string_view symbol_characters = ".[]{}(),;:?+-*/%|=<>^&!~";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return std::string_view(" \t\n\r\v").find(c) != std::string_view::npos; }
bool ends_name(char c) {
  return is_blank(c) || symbol_characters.find(c) != std::string_view::npos;
}

}  // namespace

Token Lexer::next(bool regex_allowed) {
  skip_blanks();
  begin_ = at_;
  if (at_ >= source_.size()) return {Token::Kind::end, "", "", 0, false, at_};
  const char c = peek();
  if (c == '"' || c == '\'') return string(c);
  if (c == '`') return backquoted();
  if (c == '/' && regex_allowed) return regex();
  if (is_digit(c)) return number();
  if (symbol_characters.find(c) != std::string_view::npos) return symbol();
  return name_or_variable();
}

void Lexer::skip_blanks() {
  while (at_ < source_.size()) {
    if (is_blank(peek())) {
      ++at_;
    } else if (peek() == '/' && peek(1) == '*') {
      const std::size_t end = source_.find("*/", at_ + 2);
      if (end == std::string_view::npos) throw Error(at_, "the comment has no end");
      at_ = end + 2;
    } else {
      return;
    }
  }
}

Token Lexer::string(char quote) {
  Token t{Token::Kind::string, "", "", 0, false, begin_};
  for (++at_; at_ < source_.size(); ++at_) {
    if (peek() == quote) {
      ++at_;
      return t;
    }
    if (peek() == '\\') {
      escape(t.text);
    } else {
      t.text += peek();
    }
  }
  throw Error(begin_, "the string has no end");
}

// at_ is on the backslash, and afterwards on the last character of the escape.
void Lexer::escape(std::string& to) {
  constexpr std::string_view letters = "\"\\/bfnrt'";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t'";
  ++at_;
  if (const std::size_t i = letters.find(peek()); i != std::string_view::npos) {
    to += meanings[i];
    return;
  }
  if (peek() != 'u') throw Error(at_ - 1, "unknown escape sequence in a string");
  std::uint32_t code = hex4();
  if (code >= 0xd800 && code < 0xdc00 && peek(1) == '\\' && peek(2) == 'u') {
    at_ += 2;
    const std::uint32_t low = hex4();
    const bool pair = low >= 0xdc00 && low < 0xe000;
    code = pair ? 0x10000U + ((code - 0xd800U) << 10U) + (low - 0xdc00U) : 0xfffdU;
  }
  if (code >= 0xd800 && code < 0xe000) code = 0xfffd;
  common::append_utf8(code, to);
}

// at_ is on the u, and afterwards on the last digit.
std::uint32_t Lexer::hex4() {
  std::uint32_t code = 0;
  for (int i = 0; i < 4; ++i) {
    constexpr std::string_view digits = "0123456789abcdef";
    ++at_;
    const char c = peek();
    const std::size_t digit = digits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c | 0x20) : c);
    if (digit == std::string_view::npos) {
      throw Error(begin_, "\\u in a string needs four hexadecimal digits");
    }
    code = code * 16 + static_cast<std::uint32_t>(digit);
  }
  return code;
}

Token Lexer::number() {
  const auto digits = [&] {
    const std::size_t from = at_;
    while (is_digit(peek())) ++at_;
    return at_ > from;
  };
  if (peek() == '0') {
    ++at_;
  } else {
    digits();
  }
  if (peek() == '.' && is_digit(peek(1))) {
    ++at_;
    digits();
  }
  bool good = true;
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    good = digits();
  }
  Token t{
      Token::Kind::number, std::string(source_.substr(begin_, at_ - begin_)), "", 0, false, begin_};
  if (!good || common::parse_go_float(t.text, t.number) != common::GoNumber::ok) {
    throw Error(begin_, "\"" + t.text + "\" is no number");
  }
  return t;
}

// Slashes inside brackets belong to the pattern.
Token Lexer::regex() {
  int level = 0;
  for (++at_; at_ < source_.size(); ++at_) {
    const char c = peek();
    if (c == '/' && level == 0) break;
    if (c == '\\') {
      ++at_;
    } else if (c == '(' || c == '[' || c == '{') {
      ++level;
    } else if (c == ')' || c == ']' || c == '}') {
      --level;
    }
  }
  if (at_ >= source_.size()) throw Error(begin_, "the regular expression has no closing slash");
  Token t{Token::Kind::regex,
          std::string(source_.substr(begin_ + 1, at_ - begin_ - 1)),
          "",
          0,
          false,
          begin_};
  if (t.text.empty()) throw Error(begin_, "the regular expression is empty");
  ++at_;
  while (std::string_view("ims").find(peek()) != std::string_view::npos) t.flags += source_[at_++];
  return t;
}

Token Lexer::backquoted() {
  const std::size_t end = source_.find('`', at_ + 1);
  if (end == std::string_view::npos) throw Error(begin_, "the name has no closing backquote");
  at_ = end + 1;
  return {Token::Kind::name,
          std::string(source_.substr(begin_ + 1, end - begin_ - 1)),
          "",
          0,
          true,
          begin_};
}

Token Lexer::name_or_variable() {
  while (at_ < source_.size() && !ends_name(peek())) ++at_;
  const std::string_view word = source_.substr(begin_, at_ - begin_);
  if (word[0] == '$') {
    return {Token::Kind::variable, std::string(word.substr(1)), "", 0, false, begin_};
  }
  return {Token::Kind::name, std::string(word), "", 0, false, begin_};
}

Token Lexer::symbol() {
  constexpr std::array<std::string_view, 7> pairs{"..", ":=", "!=", ">=", "<=", "**", "~>"};
  std::string_view text = source_.substr(at_, 1);
  for (const std::string_view pair : pairs) {
    if (source_.substr(at_, 2) == pair) text = pair;
  }
  at_ += text.size();
  return {Token::Kind::symbol, std::string(text), "", 0, false, begin_};
}

std::string Lexer::signature(std::size_t from) {
  int level = 0;
  for (at_ = from; at_ < source_.size(); ++at_) {
    if (peek() == '<') ++level;
    if (peek() == '>' && --level == 0) {
      ++at_;
      return std::string(source_.substr(from + 1, at_ - from - 2));
    }
  }
  throw Error(from, "the signature of the function has no end");
}

}  // namespace weir::jsonata
