#include "plugins/common/text/print_number.hpp"

#include <charconv>
#include <string_view>

namespace weir::common {
namespace {

// The fewest digits of a finite number: 0.d1d2d3... times 10^point.
struct Shortest {
  char digits[24];
  int n;
  int point;
  bool minus;
};

Shortest shortest(double v) {
  Shortest s{};
  char text[40];
  const char* const end =
      std::to_chars(text, text + sizeof text, v, std::chars_format::scientific).ptr;
  const char* p = text;
  s.minus = *p == '-';
  p += s.minus ? 1 : 0;
  for (; *p != 'e'; ++p) {
    if (*p != '.') s.digits[s.n++] = *p;
  }
  int exponent = 0;
  std::from_chars(p + (p[1] == '+' ? 2 : 1), end, exponent);
  s.point = exponent + 1;
  while (s.n > 1 && s.digits[s.n - 1] == '0') --s.n;
  return s;
}

char* put(char* to, std::string_view s) {
  std::memcpy(to, s.data(), s.size());
  return to + s.size();
}
char* put_zeros(char* to, int n) {
  if (n <= 0) return to;
  std::memset(to, '0', static_cast<std::size_t>(n));
  return to + n;
}

char* put_fixed(char* to, const Shortest& s) {
  const auto digits = [&](int from, int n) {
    return std::string_view(s.digits + from, static_cast<std::size_t>(n));
  };
  if (s.minus) *to++ = '-';
  if (s.point <= 0) {
    to = put_zeros(put(to, "0."), -s.point);
    return put(to, digits(0, s.n));
  }
  if (s.n <= s.point) return put_zeros(put(to, digits(0, s.n)), s.point - s.n);
  to = put(to, digits(0, s.point));
  *to++ = '.';
  return put(to, digits(s.point, s.n - s.point));
}

// d.ddde+XX with at least so many digits of the exponent.
char* put_exponent(char* to, const Shortest& s, int exponent_digits) {
  if (s.minus) *to++ = '-';
  *to++ = s.digits[0];
  if (s.n > 1) {
    *to++ = '.';
    to = put(to, {s.digits + 1, static_cast<std::size_t>(s.n - 1)});
  }
  const int exponent = s.point - 1;
  *to++ = 'e';
  *to++ = exponent < 0 ? '-' : '+';
  const auto magnitude = static_cast<std::uint32_t>(exponent < 0 ? -exponent : exponent);
  if (magnitude < 10 && exponent_digits > 1) *to++ = '0';
  return print_u64(to, magnitude);
}

}  // namespace

namespace detail {
char* print_fixed_slow(char* to, double v) {
  if (v == 0) return put(to, std::signbit(v) ? "-0" : "0");
  return put_fixed(to, shortest(v));
}
}  // namespace detail

char* print_general(char* to, double v) {
  const double magnitude = std::fabs(v);
  if (magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e6)) return print_fixed(to, v);
  if (std::isnan(v)) return put(to, "NaN");
  if (std::isinf(v)) return put(to, v < 0 ? "-Inf" : "+Inf");
  return put_exponent(to, shortest(v), 2);
}

char* print_json_float(char* to, double v) {
  const double magnitude = std::fabs(v);
  if (magnitude == 0 || (magnitude >= 1e-6 && magnitude < 1e21)) return print_fixed(to, v);
  return put_exponent(to, shortest(v), magnitude < 1 ? 1 : 2);
}

}  // namespace weir::common
