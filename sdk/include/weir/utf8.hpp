#pragma once

// UTF-8, read one character at a time.
//
// Threads  Free functions without state.
// Errors   None: a byte that is no UTF-8 counts as one character.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {
inline namespace v1 __attribute__((visibility("hidden"))) {

  // next_code_point of a byte that is no UTF-8 is this plus the byte.
  constexpr std::uint32_t raw_byte_code = 0x110000;

  namespace detail {
  // Bytes that a lead byte announces; 0 = it announces nothing.
  inline std::size_t utf8_length(std::uint32_t lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead < 0xe0) return 2;
    if (lead >= 0xe0 && lead < 0xf0) return 3;
    return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  }
  // Longer than needed, a surrogate, or beyond the last code point.
  inline bool utf8_forbids(std::uint32_t code, std::size_t n) {
    return (n == 3 && code < 0x800) || (n == 4 && code < 0x10000) ||
           (code >= 0xd800 && code < 0xe000) || code >= raw_byte_code;
  }
  }  // namespace detail

  // Takes the first character off a text that is not empty, and returns its code point.
  inline std::uint32_t next_code_point(std::string_view & text) {
    const std::uint32_t lead = static_cast<unsigned char>(text[0]);
    const std::size_t n = detail::utf8_length(lead);
    bool whole = n != 0 && text.size() >= n;
    std::uint32_t code = n == 1 ? lead : lead & (0x7fU >> n);
    for (std::size_t i = 1; whole && i < n; ++i) {
      const std::uint32_t byte = static_cast<unsigned char>(text[i]);
      whole = (byte & 0xc0U) == 0x80U;
      code = code << 6 | (byte & 0x3fU);
    }
    whole = whole && !detail::utf8_forbids(code, n);
    text.remove_prefix(whole ? n : 1);
    return whole ? code : raw_byte_code + lead;
  }

}  // namespace v1
}  // namespace weir
