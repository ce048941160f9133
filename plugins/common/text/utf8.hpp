#pragma once

// Is text valid UTF-8?

#include <cstddef>
#include <string_view>

namespace weir::common {

// True for well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view s);

// Bytes of the character that s, which is not empty, begins with; 0 where that is no well-formed
// UTF-8.
std::size_t utf8_character(std::string_view s);

}  // namespace weir::common
