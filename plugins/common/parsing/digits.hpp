#pragma once

// Decimal digits, eight at a time.
//
// Errors     None: a reader stops where the digits end, the caller looks at what stands there.
// Limits     Every reader may look at 16 bytes behind its position.

#include <bit>
#include <cstdint>
#include <cstring>

namespace weir::common {

static_assert(std::endian::native == std::endian::little, "the first digit is the lowest byte");

inline constexpr std::uint64_t pow10_u64[] = {
    1ULL, 10ULL, 100ULL, 1000ULL, 10000ULL, 100000ULL, 1000000ULL, 10000000ULL, 100000000ULL};
inline constexpr double pow10_exact[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                         1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                         1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

inline std::uint64_t load8(const char* p) {
  std::uint64_t v = 0;
  std::memcpy(&v, p, sizeof v);
  return v;
}

// The high bit of every byte of x that is not a digit's value; correct up to the second such byte.
constexpr std::uint64_t not_digits(std::uint64_t x) {
  return (x | (x + 0x7676767676767676ULL)) & 0x8080808080808080ULL;
}
// Index of the lowest marked byte, 8 where none is.
inline unsigned first_marked(std::uint64_t marks) {
  return static_cast<unsigned>(std::countr_zero(marks)) >> 3U;
}
// Eight digit values, the most significant in the lowest byte.
constexpr std::uint32_t join_digits(std::uint64_t v) {
  v = (v * 10) + (v >> 8U);
  constexpr std::uint64_t every_fourth = 0x000000ff000000ffULL;
  v = ((v & every_fourth) * 0x000f424000000064ULL) +
      (((v >> 16U) & every_fourth) * 0x0000271000000001ULL);
  return static_cast<std::uint32_t>(v >> 32U);
}
// The number that the first n of eight digit values make, n at least 1 and at most 8.
constexpr std::uint32_t join_first(std::uint64_t v, unsigned n) {
  return join_digits(v << (64U - 8U * n));
}

// Digits in a row.
struct Run {
  std::uint64_t value;  // meaningless beyond 19 digits
  unsigned count;
};

// Appends the digits at p to a run; a run of more than run_max digits may end early.
constexpr unsigned run_max = 24;
inline const char* read_digits(const char* p, Run& run) {
  for (;;) {
    const std::uint64_t x = load8(p) ^ 0x3030303030303030ULL;
    const unsigned n = first_marked(not_digits(x));
    if (n == 0) return p;
    run.value = run.value * pow10_u64[n] + join_first(x, n);
    run.count += n;
    p += n;
    if (n < 8 || run.count >= run_max) return p;
  }
}

// An unsigned decimal: digits, or digits around one dot.
struct Decimal {
  std::uint64_t mantissa;  // all digits without the dot; meaningless beyond 19 digits
  unsigned digits;         // how many
  unsigned fraction;       // how many of them stand behind the dot
  bool dot;
};

// At most seven characters and what ends them, without a branch on their number.
inline const char* read_short_decimal(const char* p, std::uint64_t x, Decimal& d) {
  const std::uint64_t marks = not_digits(x);
  const unsigned dot = first_marked(marks);
  const unsigned end = first_marked(marks & (marks - 1));
  const std::uint64_t before = (1ULL << (8U * dot)) - 1;
  d = {join_first((x & before) | ((x >> 8U) & ~before), end - 1), end - 1, end - 1 - dot, true};
  return p + end;
}

// What stands at p, without a sign. Digits may be missing on one side of the dot or on both.
inline const char* read_decimal(const char* p, Decimal& d) {
  const std::uint64_t x = load8(p) ^ 0x3030303030303030ULL;
  const std::uint64_t marks = not_digits(x);
  const std::uint64_t rest = marks & (marks - 1);
  const unsigned first = first_marked(marks);
  if (rest != 0 && first != 0 && p[first] == '.' && first_marked(rest) > first + 1) {
    return read_short_decimal(p, x, d);
  }
  Run run{0, 0};
  p = read_digits(p, run);
  d = {run.value, run.count, 0, *p == '.'};
  if (!d.dot) return p;
  p = read_digits(p + 1, run);
  d.mantissa = run.value;
  d.fraction = run.count - d.digits;
  d.digits = run.count;
  return p;
}

}  // namespace weir::common
