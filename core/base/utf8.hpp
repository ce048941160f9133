#pragma once

// UTF-8, read one character at a time.

#include <cstdint>
#include <string_view>

namespace weir {

// next_code_point of a byte that is no UTF-8 is this plus the byte.
inline constexpr std::uint32_t raw_byte_code = 0x110000;

// Takes the first character off a text that is not empty, and returns its code point.
std::uint32_t next_code_point(std::string_view& text);

// The longest start of the text of at most bytes_max bytes that does not end inside a character.
std::string_view cut_utf8(std::string_view text, std::size_t bytes_max);

}  // namespace weir
