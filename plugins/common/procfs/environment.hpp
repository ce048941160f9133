#pragma once

// Variables of the environment that the agent was started with.
//
// Threads    Any thread, as long as nobody changes the environment: the agent never does.
// Ownership  The text belongs to the environment.

#include <string_view>

namespace weir::procfs {

// The value of a variable of this process, empty where it is not set. A set but empty one counts as
// not set, as in Telegraf.
std::string_view environment_value(std::string_view name);
// The same in a list as environ(7) describes it.
std::string_view value_in(const char* const* environment, std::string_view name);

}  // namespace weir::procfs
