#include "core/cel/lexer.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "core/cel/string_literal.hpp"

namespace weir::cel {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_quote(char c) { return c == '"' || c == '\''; }

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

// The end of an exponent at the place, or the place where there is none.
std::size_t skip_exponent(std::string_view text, std::size_t at) {
  if (at >= text.size() || (text[at] != 'e' && text[at] != 'E')) return at;
  std::size_t digits = at + 1;
  if (digits < text.size() && (text[digits] == '+' || text[digits] == '-')) ++digits;
  const std::size_t end = skip_digits(text, digits);
  return end == digits ? at : end;
}

// The end of a number with a point or an exponent; 0 where it has none.
std::size_t end_of_floating(std::string_view text, std::size_t at) {
  const std::size_t whole = skip_digits(text, at);
  const bool point = whole < text.size() && text[whole] == '.';
  const std::size_t fraction = point ? skip_digits(text, whole + 1) : whole;
  if (point && fraction > whole + 1) return skip_exponent(text, fraction);
  const std::size_t end = skip_exponent(text, whole);
  return end == whole || whole == at ? 0 : end;
}

}  // namespace

Token Lexer::make(Token::Kind kind, std::size_t end) {
  Token token{kind, static_cast<std::uint32_t>(at_), source_.substr(at_, end - at_), {}};
  at_ = end;
  return token;
}

Token Lexer::fail(std::size_t from, std::size_t end, std::string message, std::string hint) {
  fault_ = {static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(end - from),
            std::move(message), std::move(hint)};
  at_ = source_.size();
  return make(Token::Kind::end, at_);
}

void Lexer::skip_blanks() {
  for (;;) {
    while (is_blank(peek())) ++at_;
    if (peek() != '/' || peek(1) != '/') return;
    while (at_ < source_.size() && peek() != '\n') ++at_;
  }
}

Token Lexer::next() {
  skip_blanks();
  if (at_ >= source_.size()) return make(Token::Kind::end, at_);
  if (string_begins()) return string();
  if (is_letter(peek())) return name();
  if (is_digit(peek()) || (peek() == '.' && is_digit(peek(1)))) return number();
  return peek() == '`' ? quoted_name() : sign();
}

Token Lexer::name() {
  std::size_t end = at_;
  while (end < source_.size() && (is_letter(source_[end]) || is_digit(source_[end]))) ++end;
  return make(Token::Kind::name, end);
}

Token Lexer::quoted_name() {
  static constexpr std::string_view also = "_.-/ ";
  std::size_t end = at_ + 1;
  while (end < source_.size() && (is_letter(source_[end]) || is_digit(source_[end]) ||
                                  also.find(source_[end]) != also.npos)) {
    ++end;
  }
  if (end >= source_.size() || source_[end] != '`' || end == at_ + 1) {
    return fail(at_, end, "the name in backticks is not closed, or has other characters",
                "letters, digits, blanks and _ . - / can stand there; else write [\"...\"]");
  }
  Token token = make(Token::Kind::quoted_name, end + 1);
  token.text = token.text.substr(1, token.text.size() - 2);
  return token;
}

Token Lexer::number() {
  if (peek() == '0' && peek(1) == 'x' && is_hex(peek(2))) {
    return integer(at_ + 2, 16);
  }
  const std::size_t end = end_of_floating(source_, at_);
  return end != 0 ? floating(end) : integer(at_, 10);
}

Token Lexer::integer(std::size_t digits_from, int base) {
  const char* last = source_.data() + source_.size();
  std::uint64_t u = 0;
  const auto read = std::from_chars(source_.data() + digits_from, last, u, base);
  const auto end = static_cast<std::size_t>(read.ptr - source_.data());
  if (read.ec != std::errc()) return fail(at_, end, "the number does not fit into 64 bits");
  const bool is_unsigned = end < source_.size() && (source_[end] == 'u' || source_[end] == 'U');
  Token token = make(is_unsigned ? Token::Kind::literal : Token::Kind::magnitude,
                     is_unsigned ? end + 1 : end);
  token.literal = Value::of_uint(u);
  return token;
}

Token Lexer::floating(std::size_t end) {
  double f = 0;
  const auto read = std::from_chars(source_.data() + at_, source_.data() + end, f);
  const bool tiny = source_.substr(at_, end - at_).find('-') != std::string_view::npos;
  if (read.ec != std::errc() && !tiny) return fail(at_, end, "the number is too large");
  Token token = make(Token::Kind::literal, end);
  token.literal = Value::of_double(f);
  return token;
}

// '...', "...", their long forms, and the prefixes b, r and br in either case.
bool Lexer::string_begins() const {
  std::size_t at = at_;
  const auto lower = [&] { return at < source_.size() ? source_[at] | 0x20 : 0; };
  if (lower() == 'b') ++at;
  if (lower() == 'r') ++at;
  return at < source_.size() && is_quote(source_[at]);
}

Token Lexer::string() {
  const StringLiteral read = read_string_literal(source_, at_);
  if (!read.fault.empty()) return fail(at_ + read.fault_from, read.end, read.fault);
  Token token = make(Token::Kind::literal, read.end);
  texts_.push_back(read.text);
  token.literal = read.is_bytes ? Value::of_bytes(texts_.back()) : Value::of_text(texts_.back());
  return token;
}

Token Lexer::sign() {
  static constexpr std::array<std::string_view, 23> signs{
      "==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/",
      "%",  "!",  "?",  ":",  "(",  ")",  "[", "]", "{", "}", ","};
  for (const std::string_view sign : signs) {
    if (source_.substr(at_, sign.size()) == sign) return make(Token::Kind::sign, at_ + sign.size());
  }
  if (peek() == '.') return make(Token::Kind::sign, at_ + 1);
  const char c = peek();
  const bool half = c == '=' || c == '&' || c == '|';
  std::size_t end = at_ + 1;
  while (end < source_.size() && (static_cast<unsigned char>(source_[end]) & 0xc0U) == 0x80U) ++end;
  const std::string shown(source_.substr(at_, end - at_));
  return fail(at_, end, "\"" + shown + "\" has no meaning in an expression",
              half ? "did you mean " + shown + shown + "?" : "");
}

}  // namespace weir::cel
