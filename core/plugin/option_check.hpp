#pragma once

// Do the options that a plugin declares make sense?
//
// Threads  Pure functions.
// Errors   An empty text, or what is wrong: "its option timeout has a default that is no duration".

#include <string>
#include <string_view>
#include <vector>

#include <weir/abi.h>

namespace weir::plugin {

// Names, types, children, choices and defaults of one list and of the tables in it.
std::string check_option_list(const std::vector<const weir_opt*>& options);

// Letters, digits, '_' and '-', as TOML has them in bare keys; at most 64.
bool is_option_name(std::string_view name);

}  // namespace weir::plugin
