#pragma once

// A decimal number at the begin of a text, fast: 12, -0.5, 1.234567e+06.
//
// Errors     nullptr where it is none that is read here: no digit, more than 18, a sign '+', words as
//            NaN; parse_go_float() then decides.
// Limits     May look at 40 bytes behind p.

#include <cstdint>

#include "plugins/common/parsing/digits.hpp"

namespace weir::common {

namespace detail {
// The same for what is not exact in one division; end is behind the number.
const char* read_float_slow(const char* p, const char* end, double& value);
}  // namespace detail

// Returns where the number ends.
inline const char* read_float(const char* p, double& value) {
  constexpr std::uint64_t exact_mantissa = std::uint64_t{1} << 53U;
  constexpr int exact_exponent = 22;
  constexpr unsigned digits_max = 18;
  const bool minus = *p == '-';
  Decimal d{};
  const char* end = read_decimal(p + (minus ? 1 : 0), d);
  if (d.digits - 1 >= digits_max) return nullptr;
  int exponent = -static_cast<int>(d.fraction);
  if ((*end | 0x20) == 'e') {
    const char* e = end + 1;
    const bool down = *e == '-';
    if (*e == '-' || *e == '+') ++e;
    Run run{0, 0};
    end = read_digits(e, run);
    constexpr unsigned exponent_digits_max = 3;
    if (run.count - 1 >= exponent_digits_max) return nullptr;
    exponent += down ? -static_cast<int>(run.value) : static_cast<int>(run.value);
  }
  if (d.mantissa >= exact_mantissa || exponent < -exact_exponent || exponent > exact_exponent) {
    return detail::read_float_slow(p, end, value);
  }
  const auto m = static_cast<double>(static_cast<std::int64_t>(d.mantissa));
  const double magnitude = exponent < 0 ? m / pow10_exact[-exponent] : m * pow10_exact[exponent];
  value = minus ? -magnitude : magnitude;
  return end;
}

}  // namespace weir::common
