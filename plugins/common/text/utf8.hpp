#pragma once

// Is text valid UTF-8?

#include <string_view>

namespace weir::common {

// True for well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view s);

}  // namespace weir::common
