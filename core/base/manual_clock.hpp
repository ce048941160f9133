#pragma once

// A clock that stands still until a test moves it.
//
// Threads  Every member may be called from any thread.

#include <atomic>
#include <cstdint>

#include "core/base/clock.hpp"

namespace weir {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::int64_t wall_ns = 1'700'000'000'000'000'000) : wall_ns_(wall_ns) {}

  [[nodiscard]] std::int64_t wall_ns() const override { return wall_ns_.load(); }
  [[nodiscard]] std::int64_t steady_ns() const override { return steady_ns_.load(); }

  // Both clocks, as time passes.
  void advance(std::int64_t ns) {
    wall_ns_ += ns;
    steady_ns_ += ns;
  }
  // The wall clock alone, as when somebody sets it.
  void set_wall(std::int64_t ns) { wall_ns_ = ns; }

 private:
  std::atomic<std::int64_t> wall_ns_;
  std::atomic<std::int64_t> steady_ns_{1'000'000'000};
};

}  // namespace weir
