#include "plugins/parsers/json/json_scan.hpp"

#include <cstring>

namespace weir::json {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

const char* skip_digits(const char* p) {
  while (is_digit(*p)) ++p;
  return p;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The 16 bits of \uXXXX, p behind the u; -1 where that is none.
int code_unit(const char* p) {
  int unit = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = hex_digit(p[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

bool is_surrogate(int unit) { return unit >= 0xd800 && unit < 0xe000; }

// Up to three bytes of UTF-8: pairs of surrogates are left to others.
void append_utf8(int unit, std::string& to) {
  const auto byte = [&](int value) { to += static_cast<char>(value); };
  if (unit < 0x80) return byte(unit);
  if (unit < 0x800) {
    byte(0xc0 | (unit >> 6));
  } else {
    byte(0xe0 | (unit >> 12));
    byte(0x80 | ((unit >> 6) & 0x3f));
  }
  byte(0x80 | (unit & 0x3f));
}

// What stands for the character behind a backslash; 0 where there is none.
char simple_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

// Bytes of the escape at p, which is a backslash; 0 where it is wrong or a surrogate.
std::size_t escape_bytes(const char* p) {
  if (simple_escape(p[1]) != 0) return 2;
  if (p[1] != 'u') return 0;
  const int unit = code_unit(p + 2);
  return unit < 0 || is_surrogate(unit) ? 0 : 6;
}

// By the grammar, where nothing follows but what may follow a value; else nullptr.
const char* number_end(const char* p) {
  if (*p == '-') ++p;
  const char* const whole = p;
  p = skip_digits(p);
  if (p == whole || (*whole == '0' && p != whole + 1)) return nullptr;
  if (*p == '.') {
    const char* const fraction = p + 1;
    p = skip_digits(fraction);
    if (p == fraction) return nullptr;
  }
  if ((*p | 0x20) == 'e') {
    p += p[1] == '+' || p[1] == '-' ? 2 : 1;
    const char* const exponent = p;
    p = skip_digits(p);
    if (p == exponent) return nullptr;
  }
  return p;
}

}  // namespace

const char* text_end(const char* p) {
  for (p = text_stop(p); *p == '\\'; p = text_stop(p)) {
    const std::size_t n = escape_bytes(p);
    if (n == 0) return nullptr;
    p += n;
  }
  return *p == '"' ? p + 1 : nullptr;
}

bool unescape(std::string_view raw, std::string& to) {
  to.clear();
  for (std::size_t at = raw.find('\\'); at != std::string_view::npos; at = raw.find('\\')) {
    const char* const escape = raw.data() + at;
    const std::size_t n = escape_bytes(escape);
    if (n == 0) return false;
    to += raw.substr(0, at);
    if (n == 2) {
      to += simple_escape(escape[1]);
    } else {
      append_utf8(code_unit(escape + 2), to);
    }
    raw.remove_prefix(at + n);
  }
  to += raw;
  return true;
}

const char* careful_number(const char* p, double& v) {
  const char* const end = number_end(p);
  if (end == nullptr) return nullptr;
  const auto [stop, error] = std::from_chars(p, end, v);
  // Minus zero is 0 as an integer and -0 as a float: Document knows which.
  const bool minus_zero = v == 0 && *p == '-';
  return error == std::errc() && stop == end && !minus_zero ? end : nullptr;
}

}  // namespace weir::json
