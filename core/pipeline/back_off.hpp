#pragma once

// How long to wait before something is tried again: exponential with full jitter, somewhere in
// (0, retry_initial * 2^failures], at most retry_max; never shorter than what the peer asked for.
//
// Threads  One user at a time.

#include <algorithm>
#include <cstdint>

#include "core/base/executor.hpp"
#include "core/config/settings.hpp"

namespace weir::pipeline {

class BackOff {
 public:
  BackOff(const config::DeliverySettings& delivery, Random& random)
      : delivery_(delivery), random_(random) {}

  [[nodiscard]] std::int64_t next_ns(std::int64_t at_least_ns) {
    constexpr std::uint32_t doublings_max = 30;
    const std::uint32_t doublings = std::min(failures_++, doublings_max);
    const std::int64_t most =
        std::min(delivery_.retry_max_ns, delivery_.retry_initial_ns << doublings);
    return std::max(at_least_ns, random_.below(std::max<std::int64_t>(most, 1)) + 1);
  }
  void succeeded() { failures_ = 0; }
  // In a row.
  [[nodiscard]] std::uint32_t failures() const { return failures_; }

 private:
  const config::DeliverySettings& delivery_;
  Random& random_;
  std::uint32_t failures_{0};
};

}  // namespace weir::pipeline
