#pragma once

// The words of an expression.
//
// Source  Common Expression Language, "Language Definition" (cel-spec, doc/langdef.md), section Syntax.
// Errors  The first word that is none makes every later one the end, and a Fault says what is wrong.
// Ownership  Tokens refer to the text; literals with escapes to the texts that the caller keeps.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "core/cel/fault.hpp"
#include "core/cel/value.hpp"

namespace weir::cel {

struct Token {
  enum class Kind : std::uint8_t {
    end,
    name,
    quoted_name,  // `a-b`, behind a dot
    magnitude,    // An integer without its sign, in literal.u.
    literal,
    sign  // An operator, a bracket...
  };
  Kind kind{Kind::end};
  std::uint32_t offset{0};
  std::string_view text;
  Value literal;

  [[nodiscard]] bool is(std::string_view sign) const { return kind == Kind::sign && text == sign; }
};

class Lexer {
 public:
  Lexer(std::string_view source, std::deque<std::string>& texts, Fault& fault)
      : source_(source), texts_(texts), fault_(fault) {}

  Token next();

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  void skip_blanks();
  Token name();
  Token quoted_name();
  Token number();
  Token integer(std::size_t digits_from, int base);
  Token floating(std::size_t end);
  Token string();
  Token sign();
  [[nodiscard]] bool string_begins() const;
  Token make(Token::Kind kind, std::size_t end);
  Token fail(std::size_t from, std::size_t end, std::string message, std::string hint = {});

  std::string_view source_;
  std::size_t at_{0};
  std::deque<std::string>& texts_;
  Fault& fault_;
};

}  // namespace weir::cel
