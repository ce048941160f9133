#pragma once

// JSON inside a string field.

#include <string>
#include <string_view>

namespace weir::json_lines {

// Reads text as JSON and appends it to out as Go writes what it has read: without blanks, keys
// sorted, of equal keys the last, numbers as floats. False, with out as it was, where text is no
// JSON.
bool append_nested(std::string_view text, std::string& out);

}  // namespace weir::json_lines
