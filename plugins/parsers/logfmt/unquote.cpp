#include "plugins/parsers/logfmt/unquote.hpp"

#include <cstdint>

#include "plugins/common/text/letters.hpp"
#include "plugins/common/text/utf8.hpp"

namespace weir::logfmt {
namespace {

constexpr std::uint32_t replacement = 0xfffd;
constexpr std::uint32_t no_unit = 0xffffffff;
constexpr std::size_t unit_bytes = 6;  // \uXXXX

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// What \uXXXX at s says; no_unit where none stands there.
std::uint32_t unit_at(std::string_view s) {
  if (s.size() < unit_bytes || s[0] != '\\' || s[1] != 'u') return no_unit;
  std::uint32_t unit = 0;
  for (const char c : s.substr(2, 4)) {
    const int digit = hex_digit(c);
    if (digit < 0) return no_unit;
    unit = unit * 16 + static_cast<std::uint32_t>(digit);
  }
  return unit;
}

// A surrogate without its other half becomes U+FFFD.
bool take_units(std::string_view& s, std::string& to) {
  std::uint32_t unit = unit_at(s);
  if (unit == no_unit) return false;
  s.remove_prefix(unit_bytes);
  if (unit >= 0xd800 && unit <= 0xdfff) {
    const std::uint32_t second = unit_at(s);
    const bool pair = unit < 0xdc00 && second >= 0xdc00 && second <= 0xdfff;
    if (pair) s.remove_prefix(unit_bytes);
    unit = pair ? 0x10000 + ((unit - 0xd800) << 10U) + (second - 0xdc00) : replacement;
  }
  common::append_utf8(unit, to);
  return true;
}

bool take_escape(std::string_view& s, std::string& to) {
  constexpr std::string_view names = "\"\\/'bfnrt";
  constexpr std::string_view meanings = "\"\\/'\b\f\n\r\t";
  if (s.size() < 2) return false;
  if (s[1] == 'u') return take_units(s, to);
  const std::size_t i = names.find(s[1]);
  if (i == std::string_view::npos) return false;
  to += meanings[i];
  s.remove_prefix(2);
  return true;
}

}  // namespace

bool unquote(std::string_view quoted, std::string& to) {
  to.clear();
  while (!quoted.empty()) {
    const auto c = static_cast<unsigned char>(quoted.front());
    if (c == '\\') {
      if (!take_escape(quoted, to)) return false;
      continue;
    }
    if (c == '"' || c < ' ') return false;
    const std::size_t bytes = common::utf8_character(quoted);
    if (bytes == 0) {
      common::append_utf8(replacement, to);
    } else {
      to.append(quoted.substr(0, bytes));
    }
    quoted.remove_prefix(bytes == 0 ? 1 : bytes);
  }
  return true;
}

}  // namespace weir::logfmt
