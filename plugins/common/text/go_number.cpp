#include "plugins/common/text/go_number.hpp"

#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include <fast_float/fast_float.h>

namespace weir::common {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return static_cast<char>(c | 0x20); }

bool equal_fold(std::string_view s, std::string_view lower_case) {
  if (s.size() != lower_case.size()) return false;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (lower(s[i]) != lower_case[i]) return false;
  }
  return true;
}

bool special(std::string_view s, bool minus, bool sign, double& value) {
  if (equal_fold(s, "inf") || equal_fold(s, "infinity")) {
    value = minus ? -infinity : infinity;
    return true;
  }
  if (sign || !equal_fold(s, "nan")) return false;
  value = std::numeric_limits<double>::quiet_NaN();
  return true;
}

// Takes underscores out; false where one does not stand between digits (or behind the prefix 0x).
bool without_underscores(std::string_view s, bool hex, std::string& out) {
  bool digit_before = hex;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const bool digit = is_digit(s[i]) || (hex && lower(s[i]) >= 'a' && lower(s[i]) <= 'f');
    if (s[i] == '_' && (!digit_before || i + 1 == s.size())) return false;
    if (s[i] != '_' && !digit && i > 0 && s[i - 1] == '_') return false;
    digit_before = digit;
    if (s[i] != '_') out += s[i];
  }
  return true;
}

GoNumber checked(double magnitude, bool minus, double& value) {
  value = minus ? -magnitude : magnitude;
  return std::isinf(magnitude) ? GoNumber::range : GoNumber::ok;
}

// s without sign and prefix: hexadecimal digits, perhaps a dot, and the exponent that Go demands.
GoNumber hex_float(std::string_view s, bool minus, double& value) {
  const std::size_t p = s.find_first_of("pP");
  if (p == std::string_view::npos || p + 1 == s.size()) return GoNumber::syntax;
  std::string text(s);
  if (text[p + 1] == '+') text.erase(p + 1, 1);
  double magnitude = 0;
  const char* end = text.data() + text.size();
  const auto got = std::from_chars(text.data(), end, magnitude, std::chars_format::hex);
  if (got.ptr != end) return GoNumber::syntax;
  if (got.ec == std::errc::invalid_argument) return GoNumber::syntax;
  if (got.ec == std::errc::result_out_of_range) magnitude = text[p + 1] == '-' ? 0 : infinity;
  return checked(magnitude, minus, value);
}

bool is_decimal(std::string_view s) {
  std::size_t i = 0;
  std::size_t digits = 0;
  for (; i < s.size() && is_digit(s[i]); ++i) ++digits;
  if (i < s.size() && s[i] == '.') {
    for (++i; i < s.size() && is_digit(s[i]); ++i) ++digits;
  }
  if (digits == 0) return false;
  if (i == s.size()) return true;
  if (lower(s[i]) != 'e') return false;
  ++i;
  if (i < s.size() && (s[i] == '+' || s[i] == '-')) ++i;
  const std::size_t exponent = i;
  while (i < s.size() && is_digit(s[i])) ++i;
  return i == s.size() && i > exponent;
}

}  // namespace

GoNumber parse_go_float(std::string_view s, double& value) {
  const bool sign = !s.empty() && (s[0] == '-' || s[0] == '+');
  const bool minus = sign && s[0] == '-';
  s.remove_prefix(sign ? 1 : 0);
  if (special(s, minus, sign, value)) return GoNumber::ok;
  const bool hex = s.size() > 2 && s[0] == '0' && lower(s[1]) == 'x';
  if (hex) s.remove_prefix(2);
  std::string plain;
  if (s.find('_') != std::string_view::npos) {
    if (!without_underscores(s, hex, plain)) return GoNumber::syntax;
    s = plain;
  }
  if (hex) return hex_float(s, minus, value);
  if (!is_decimal(s)) return GoNumber::syntax;
  double magnitude = 0;
  fast_float::from_chars(s.data(), s.data() + s.size(), magnitude);
  return checked(magnitude, minus, value);
}

GoNumber parse_go_uint(std::string_view s, std::uint64_t& value) {
  if (s.empty()) return GoNumber::syntax;
  for (const char c : s) {
    if (!is_digit(c)) return GoNumber::syntax;
  }
  const auto got = std::from_chars(s.data(), s.data() + s.size(), value);
  if (got.ec == std::errc()) return GoNumber::ok;
  value = std::numeric_limits<std::uint64_t>::max();
  return GoNumber::range;
}

GoNumber parse_go_int(std::string_view s, std::int64_t& value) {
  using Limits = std::numeric_limits<std::int64_t>;
  const bool minus = !s.empty() && s[0] == '-';
  const bool sign = minus || (!s.empty() && s[0] == '+');
  std::uint64_t magnitude = 0;
  const GoNumber got = parse_go_uint(s.substr(sign ? 1 : 0), magnitude);
  if (got == GoNumber::syntax) return got;
  const std::uint64_t max = static_cast<std::uint64_t>(Limits::max()) + (minus ? 1 : 0);
  const bool fits = got == GoNumber::ok && magnitude <= max;
  if (!fits) {
    value = minus ? Limits::min() : Limits::max();
  } else {
    value = static_cast<std::int64_t>(minus ? 0 - magnitude : magnitude);
  }
  return fits ? GoNumber::ok : GoNumber::range;
}

bool parse_go_bool(std::string_view s, bool& value) {
  for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (s == yes) return value = true, true;
  }
  for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (s == no) return value = false, true;
  }
  return false;
}

}  // namespace weir::common
