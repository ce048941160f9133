#pragma once

// What the kernel counts of each block device, /proc/diskstats.
//
// Threads    Pure functions.
// Errors     A line that is not understood is left out.
// Units      Bytes and milliseconds since boot; requests.

#include <array>
#include <cstdint>
#include <string_view>

namespace weir::diskio_input {

// In the order of the columns behind the name; sectors are bytes here.
enum Counter : std::uint8_t {
  reads,
  merged_reads,
  read_bytes,
  read_time,
  writes,
  merged_writes,
  write_bytes,
  write_time,
  iops_in_progress,
  io_time,
  weighted_io_time,
  counter_count
};
using Counters = std::array<std::uint64_t, counter_count>;

// Parses a line; name is a piece of it.
bool parse_counters(std::string_view line, std::string_view& name, Counters& counters);
// Whether nothing was ever done with the device.
bool is_idle(const Counters& counters);

// What happened between two readings.
struct Rates {
  bool has_requests{false}, has_time{false};  // which of the values below are known
  double await_ms{0}, service_ms{0};          // per request
  double util_percent{0};                     // of the time between
};
// Nothing is known where a counter went back: the device is another one, or the counter wrapped.
Rates rates_between(const Counters& before, const Counters& after, std::int64_t elapsed_ms);
bool went_back(const Counters& before, const Counters& after);

}  // namespace weir::diskio_input
