#pragma once

// Takes a command line apart as a shell does, without running one.
//
//   a 'b c' "d \" e" f\ g   ->   a | b c | d " e | f g
//
// Format     Quotes and backslashes of POSIX's shell language (chapter 2.2). Nothing is expanded: $, * and | are
//            themselves.
// Threads    Any.

#include <string>
#include <string_view>
#include <vector>

namespace weir::common {

// Empty, or what is wrong: "has a ' without an end".
std::string split_command(std::string_view line, std::vector<std::string>& words);

}  // namespace weir::common
