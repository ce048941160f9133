#pragma once

// Text as a JSON string, escaped as Go's encoder does it.

#include <cstddef>
#include <string_view>

namespace weir::common {

// Bytes that the JSON string of n bytes takes at most.
constexpr std::size_t json_string_bytes(std::size_t n) { return 6 * n + 2; }

// Writes s with its quotes and returns the end. < > & and the line separators of Unicode are
// escaped, bytes that are no UTF-8 become \ufffd.
char* put_json_string(char* to, std::string_view s);

}  // namespace weir::common
