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

// The machine's clocks. Lives as long as the process.
const Clock& system_clock();

}  // namespace weir
