#pragma once

// Texts of HTTP: names of fields, and what stands around values.
//
// Threads  Any.

#include <string_view>

namespace weir::http {

// ASCII letters of either case are the same.
bool same_name(std::string_view a, std::string_view b);

// Without blanks, tabs and line ends around it.
std::string_view trimmed(std::string_view text);

}  // namespace weir::http
