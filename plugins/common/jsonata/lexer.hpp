#pragma once

// The words of an expression.
//
// Errors     Error with the byte where the word begins that cannot be read.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::jsonata {

struct Token {
  enum class Kind : std::uint8_t { end, string, number, name, variable, regex, symbol };
  Kind kind = Kind::end;
  std::string text;   // of a string what it says, of a regex its pattern
  std::string flags;  // of a regex
  double number = 0;
  bool quoted = false;  // a name in backquotes: never an operator or a literal
  std::size_t at = 0;

  bool is(std::string_view symbol) const { return kind == Kind::symbol && text == symbol; }
};

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  // regex: a value may begin here, so that a slash opens a regular expression.
  Token next(bool regex);
  // The text from byte `from` up to the bracket that closes the '<' there, which is skipped too.
  std::string signature(std::size_t from);

 private:
  void skip_blanks();
  Token string(char quote);
  void escape(std::string& to);
  std::uint32_t hex4();
  Token number();
  Token regex();
  Token backquoted();
  Token name_or_variable();
  Token symbol();
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;  // of the word that is read
};

}  // namespace weir::jsonata
