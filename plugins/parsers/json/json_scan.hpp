#pragma once

// The grammar of single JSON values, by RFC 8259, for texts that are followed by zeros.
//
// Errors     nullptr or false where a value is not plain; it may still be right.
// Limits     Every function may read up to 16 bytes behind what it is about.

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/common/parsing/digits.hpp"
#include "plugins/common/parsing/scan.hpp"

namespace weir::json {

inline const char* skip_blanks(const char* p) {
  while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r') ++p;
  return p;
}

// What ends a text or needs a closer look: a quote, a backslash, a control character.
inline const char* text_stop(const char* p) {
  for (;; p += 16) {
    const common::Chunk c(p);
    const unsigned hits = c.any_of('"', '\\') | c.below(' ');
    if (hits != 0) return p + common::first_bit(hits);
  }
}

// Behind the closing quote; p stands behind the opening one.
const char* text_end(const char* p);

// The text between the quotes, without escapes. False where an escape is wrong or half a surrogate.
bool unescape(std::string_view raw, std::string& to);

// A number with what it may not have: leading zeros, a dot without digits around it.
const char* careful_number(const char* p, double& v);

inline const char* plain_number(const char* p, double& v) {
  constexpr std::uint64_t exact = std::uint64_t{1} << 53U;
  const bool minus = *p == '-';
  const char* const digits = p + (minus ? 1 : 0);
  common::Decimal d{};
  const char* const end = common::read_decimal(digits, d);
  const unsigned whole = d.digits - d.fraction;
  const bool right = whole != 0 && (*digits != '0' || whole == 1) && d.dot == (d.fraction != 0);
  const bool exactly = d.digits <= 18 && d.mantissa < exact && !(minus && d.mantissa == 0);
  const bool ends = *end == ',' || *end == '}';
  if (!right || !exactly || !ends) return careful_number(p, v);
  const auto m = static_cast<double>(static_cast<std::int64_t>(d.mantissa));
  v = (minus ? -m : m) / common::pow10_exact[d.fraction];
  return end;
}

}  // namespace weir::json
