#pragma once

// What each processor spent its time with, as /proc/stat tells it.
//
// Threads    Plain data.
// Errors     A line that is not understood is left out.
// Units      Ticks of the kernel's clock since boot.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::cpu_input {

// In the order of the columns of /proc/stat.
enum State : std::uint8_t {
  user,
  nice,
  system,
  idle,
  iowait,
  irq,
  softirq,
  steal,
  guest,
  guest_nice,
  state_count
};

struct Times {
  std::string cpu;  // "cpu0", or "cpu-total"
  std::array<std::uint64_t, state_count> ticks{};

  // All time; that of guests is already part of user and nice.
  std::uint64_t total() const;
  std::uint64_t active() const { return total() - ticks[idle]; }
};

// Reads the lines of the wanted processors into times: single ones, then the total. What times held
// before is used up, so that nothing is allocated again.
void read_times(std::string_view stat, bool single, bool total, std::vector<Times>& times);

// What a processor did between two readings, in percent of the time between them.
struct Usage {
  std::array<double, state_count> percent{};
  double active_percent{0};
};
// false when the time between them is 0 or runs backwards.
bool usage_between(const Times& before, const Times& after, Usage& usage);

}  // namespace weir::cpu_input
