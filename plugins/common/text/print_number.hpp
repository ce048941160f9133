#pragma once

// Numbers as text, fast, and as Go's strconv writes them.
//
// Ownership  Writers fill a buffer of the caller and return the end of what they wrote.
// Limits     Every writer may touch number_bytes bytes, however short the text is; print_fixed
//            fixed_bytes.

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace weir::common {

constexpr std::size_t number_bytes = 48;
constexpr std::size_t fixed_bytes = 352;

namespace detail {

static_assert(std::endian::native == std::endian::little, "the first digit is the lowest byte");

// Eight decimal digits of v < 10^8 as characters, leading zeros included, the first in the lowest
// byte.
constexpr std::uint64_t eight_digits(std::uint32_t v) {
  const std::uint64_t fours = v / 10000 | (static_cast<std::uint64_t>(v % 10000) << 32U);
  const std::uint64_t hundreds = ((fours * 10486U) >> 20U) & 0x0000007f0000007fULL;
  const std::uint64_t twos = ((fours - 100U * hundreds) << 16U) + hundreds;
  const std::uint64_t tens = ((twos * 103U) >> 10U) & 0x000f000f000f000fULL;
  return (tens + ((twos - 10U * tens) << 8U)) | 0x3030303030303030ULL;
}
constexpr std::uint64_t all_zeros = 0x3030303030303030ULL;

inline char* put8(char* to, std::uint64_t chars) {
  std::memcpy(to, &chars, sizeof chars);
  return to + 8;
}
// v < 10^8 without leading zeros.
inline char* put_short(char* to, std::uint32_t v) {
  const std::uint64_t chars = eight_digits(v);
  // The lowest digit always counts: zero has one.
  const unsigned zeros =
      static_cast<unsigned>(std::countr_zero((chars ^ all_zeros) | (1ULL << 56U))) >> 3U;
  put8(to, chars >> (8U * zeros));
  return to + 8 - zeros;
}

// A positive number of at most four decimals, times 10^4.
inline char* put_four_decimals(char* to, std::uint64_t ten_thousandths) {
  const auto fraction = static_cast<std::uint32_t>(ten_thousandths % 10000);
  const std::uint64_t whole = ten_thousandths / 10000;
  constexpr std::uint64_t eight = 100'000'000;
  if (whole < eight) {
    to = put_short(to, static_cast<std::uint32_t>(whole));
  } else {
    to = put_short(to, static_cast<std::uint32_t>(whole / eight));
    to = put8(to, eight_digits(static_cast<std::uint32_t>(whole % eight)));
  }
  if (fraction == 0) return to;
  const std::uint64_t chars = eight_digits(fraction) >> 32U;
  *to = '.';
  put8(to + 1, chars);
  return to + 1 + (8 - (std::countl_zero((chars ^ 0x30303030U)) >> 3U));
}

char* print_fixed_slow(char* to, double v);

}  // namespace detail

inline char* print_u64(char* to, std::uint64_t v) {
  constexpr std::uint64_t eight = 100'000'000;
  if (v < eight) return detail::put_short(to, static_cast<std::uint32_t>(v));
  const std::uint64_t high = v / eight;
  if (high < eight) {
    to = detail::put_short(to, static_cast<std::uint32_t>(high));
  } else {
    to = detail::put_short(to, static_cast<std::uint32_t>(high / eight));
    to = detail::put8(to, detail::eight_digits(static_cast<std::uint32_t>(high % eight)));
  }
  return detail::put8(to, detail::eight_digits(static_cast<std::uint32_t>(v % eight)));
}

inline char* print_i64(char* to, std::int64_t v) {
  if (v >= 0) return print_u64(to, static_cast<std::uint64_t>(v));
  *to = '-';
  return print_u64(to + 1, 0 - static_cast<std::uint64_t>(v));
}

// A finite number as FormatFloat(v, 'f', -1, 64): the fewest digits that read back, never an
// exponent.
inline char* print_fixed(char* to, double v) {
  const double magnitude = std::fabs(v);
  constexpr double bound = 1e11;  // 15 digits with the four: no shorter text reads back to the same
  if (magnitude < bound && !(magnitude == 0 && std::signbit(v))) {
    // NOLINTNEXTLINE(bugprone-incorrect-roundings): the next line finds out, and this is faster
    const auto scaled = static_cast<std::int64_t>(magnitude * 1e4 + 0.5);
    if (static_cast<double>(scaled) / 1e4 == magnitude) {
      *to = '-';
      return detail::put_four_decimals(to + (v < 0 ? 1 : 0), static_cast<std::uint64_t>(scaled));
    }
  }
  return detail::print_fixed_slow(to, v);
}

// As FormatFloat(v, 'g', -1, 64): an exponent below 10^-4 and from 10^6 on; NaN, +Inf and -Inf.
char* print_general(char* to, double v);

// A finite number as Go's JSON encoder writes it: an exponent below 10^-6 and from 10^21 on.
char* print_json_float(char* to, double v);

}  // namespace weir::common
