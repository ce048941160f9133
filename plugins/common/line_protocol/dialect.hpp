#pragma once

// The two grammars of line protocol that Telegraf knows, where they differ: what ends a token, what
// a backslash does, how a value is written. The engine reads what both read alike without asking.
//
//              internal                                upstream
// names        \ takes any character with it            \ takes a space or comma with it
// tags         \\ is one backslash and the begin        \ takes a space, comma or = with it
//              of what follows
// strings      \" and \\ only                           \" \\ \n \r \t; others keep the backslash
// blanks       space, tab, vertical tab, form feed      space
// bytes        any but tab, LF, FF, CR                  valid UTF-8 without control characters
// integers     no leading zeros                         as written
//
// Errors     A reader returns nullptr or false where what it found is not allowed.
// Limits     Readers look at most 16 bytes behind end.

#include <cstdint>
#include <string>
#include <string_view>

#include <weir/abi.h>

namespace weir::influx {

enum class Token : std::uint8_t { name, tag, field };

class Dialect {
 public:
  explicit constexpr Dialect(bool upstream) : upstream_(upstream) {}
  bool upstream() const { return upstream_; }

  // Where the token at p ends: at a character that cannot be part of it, or at end. nullptr where a
  // backslash stands before what it cannot take with it.
  const char* token_end(const char* p, const char* end, Token kind) const;
  // What the token says. raw as token_end found it; scratch keeps the result where it differs.
  // False where its bytes are not allowed.
  bool token_text(std::string_view raw, Token kind, std::string& scratch,
                  std::string_view& text) const;
  // line: from '#' to before the line feed.
  bool is_comment(std::string_view line) const;
  bool is_blank(char c) const { return c == ' ' || (!upstream_ && is_internal_blank(c)); }

  // Moves p, the first byte of a string value that needs a look, to its closing quote, or to end
  // where that is not before it. False with p at a byte that is not allowed.
  bool find_quote(const char*& p, const char* end) const;
  bool string_text(std::string_view raw, std::string& scratch, std::string_view& text) const;

  // A number as it is written, with its suffix; sets type and value of f. False where it is none or
  // is beyond its type's range.
  bool number(std::string_view raw, weir_field& f) const;
  // A timestamp: digits and perhaps a sign; in ns by unit.
  bool timestamp(std::string_view raw, std::int64_t unit, std::int64_t& ns) const;

 private:
  static bool is_internal_blank(char c) { return c == '\t' || c == '\v' || c == '\f'; }
  bool upstream_;
};

}  // namespace weir::influx
