#pragma once

// Who is logged in, from the records of /var/run/utmp.
//
// Threads    Pure functions.
// Errors     A record that is cut off at the end is left out.

#include <cstdint>
#include <string_view>

namespace weir::system_input {

struct UserCounts {
  std::int64_t sessions{0}, names{0};
};
UserCounts users_in(std::string_view utmp);

}  // namespace weir::system_input
