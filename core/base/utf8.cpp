#include "core/base/utf8.hpp"

namespace weir {
namespace {

std::uint32_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

// Bytes that a lead byte announces; 0 = it announces nothing.
std::size_t sequence_length(std::uint32_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

// Longer than needed, a surrogate, or beyond the last code point.
bool is_forbidden(std::uint32_t code, std::size_t n) {
  return (n == 3 && code < 0x800) || (n == 4 && code < 0x10000) ||
         (code >= 0xd800 && code < 0xe000) || code >= raw_byte_code;
}

}  // namespace

std::uint32_t next_code_point(std::string_view& text) {
  const std::uint32_t lead = byte_at(text, 0);
  const std::size_t n = sequence_length(lead);
  bool whole = n != 0 && text.size() >= n;
  std::uint32_t code = n == 1 ? lead : lead & (0x7fU >> n);
  for (std::size_t i = 1; whole && i < n; ++i) {
    whole = (byte_at(text, i) & 0xc0U) == 0x80U;
    code = code << 6 | (byte_at(text, i) & 0x3fU);
  }
  whole = whole && !is_forbidden(code, n);
  text.remove_prefix(whole ? n : 1);
  return whole ? code : raw_byte_code + lead;
}

std::string_view cut_utf8(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t n = bytes_max;
  while (n > 0 && bytes_max - n < 3 && (byte_at(text, n) & 0xc0U) == 0x80U) --n;
  return text.substr(0, n);
}

}  // namespace weir
