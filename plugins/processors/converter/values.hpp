#pragma once

// One value as another type, by Telegraf's rules.
//
//   numbers to integers   rounded half away from zero; beyond the range the nearest that fits
//   strings to integers   read as an integer ("0x" in front: hexadecimal), else as a float
//   to booleans           numbers above zero are true; strings as Go's ParseBool reads them
//   to strings            as Go prints them, floats without exponent
//
// Errors     false: the value cannot be converted. NaN is no integer.

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include <weir/batch.hpp>

namespace weir::converter {

bool to_integer_slow(const value& from, std::int64_t& to);
// Floats of ordinary size need no call.
inline bool to_integer(const value& from, std::int64_t& to) {
  constexpr double all_integers = 4503599627370496.0;  // 2^52: from here on there are no fractions
  const double v = from.type() == WEIR_F64 ? from.f64() : all_integers;
  if (!(std::fabs(v) < all_integers)) return to_integer_slow(from, to);
  const auto whole = static_cast<std::int64_t>(v);
  const double rest = v - static_cast<double>(whole);
  to = whole + (rest >= 0.5 ? 1 : 0) - (rest <= -0.5 ? 1 : 0);
  return true;
}
bool to_unsigned(const value& from, std::uint64_t& to);
bool to_float(const value& from, double& to);
bool to_boolean(const value& from, bool& to);
// Every value has a text.
void to_text(const value& from, std::string& to);

// The same of a string.
bool text_to_integer(std::string_view from, std::int64_t& to);
bool text_to_unsigned(std::string_view from, std::uint64_t& to);
bool text_to_float(std::string_view from, double& to);

// Four bytes in base64, the bits of a float, the highest first.
bool base64_to_float(std::string_view from, double& to);

}  // namespace weir::converter
