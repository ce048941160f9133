#pragma once

// Pressure stall information, /proc/pressure.
//
// Threads    Pure functions.
// Errors     A line that is not understood is left out.
// Units      avg* percent of the time, total microseconds since boot.

#include <cstdint>
#include <string_view>

namespace weir::kernel_input {

struct Stall {
  bool known{false};
  double avg10{0}, avg60{0}, avg300{0};
  std::uint64_t total_us{0};
};
struct Pressure {
  Stall some, full;
};
// The text of one of /proc/pressure/cpu, memory and io.
Pressure parse_pressure(std::string_view text);

}  // namespace weir::kernel_input
