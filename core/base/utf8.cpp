#include "core/base/utf8.hpp"

namespace weir {
namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U; }

}  // namespace

std::string_view cut_utf8(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t n = bytes_max;
  while (n > 0 && bytes_max - n < 3 && continues(text[n])) --n;
  return text.substr(0, n);
}

}  // namespace weir
