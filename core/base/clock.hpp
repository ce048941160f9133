#pragma once

// Time as a parameter, so that tests own it.
//
// Threads  Every member may be called from any thread.
// Units    Nanoseconds. wall_ns counts from the Unix epoch and may jump; steady_ns never goes back.

#include <cstdint>

namespace weir {

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual std::int64_t wall_ns() const = 0;
  [[nodiscard]] virtual std::int64_t steady_ns() const = 0;
};

// How far ns is behind the last multiple of period_ns. Multiples count, as Go's Time.Truncate does, from the
// year 1 and not from 1970: it matters for periods that do not divide a day.
std::int64_t since_multiple_ns(std::int64_t ns, std::int64_t period_ns);

// The machine's clocks. Lives as long as the process.
const Clock& system_clock();

}  // namespace weir
