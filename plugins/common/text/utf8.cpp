#include "plugins/common/text/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace weir::common {
namespace {

bool all_ascii(const unsigned char* p, std::size_t n) {
  std::uint64_t all = 0;
  for (; n >= 8; n -= 8, p += 8) {
    std::uint64_t part = 0;
    std::memcpy(&part, p, sizeof part);
    all |= part;
  }
  for (; n > 0; --n) all |= *p++;
  return (all & 0x8080808080808080ULL) == 0;
}

bool is_tail(unsigned char c) { return (c & 0xc0U) == 0x80U; }

// Bytes of the character at p, of which n are there; 0 where it is none.
std::size_t character(const unsigned char* p, std::size_t n) {
  const unsigned c = p[0];
  if (c < 0x80) return 1;
  if (c < 0xc2 || n < 2 || !is_tail(p[1])) return 0;
  if (c < 0xe0) return 2;
  const unsigned second = p[1];
  if (n < 3 || !is_tail(p[2])) return 0;
  if (c < 0xf0) {
    const bool overlong = c == 0xe0 && second < 0xa0;
    const bool surrogate = c == 0xed && second >= 0xa0;
    return overlong || surrogate ? 0 : 3;
  }
  const bool overlong = c == 0xf0 && second < 0x90;
  const bool beyond = c > 0xf4 || (c == 0xf4 && second >= 0x90);
  return overlong || beyond || n < 4 || !is_tail(p[3]) ? 0 : 4;
}

}  // namespace

std::size_t utf8_character(std::string_view s) {
  return character(reinterpret_cast<const unsigned char*>(s.data()), s.size());
}

bool is_utf8(std::string_view s) {
  const auto* p = reinterpret_cast<const unsigned char*>(s.data());
  std::size_t n = s.size();
  if (all_ascii(p, n)) return true;
  while (n > 0) {
    const std::size_t step = character(p, n);
    if (step == 0) return false;
    p += step;
    n -= step;
  }
  return true;
}

}  // namespace weir::common
