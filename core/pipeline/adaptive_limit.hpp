#pragma once

// How many batches may be on their way: fixed, or found by additive increase and multiplicative decrease on the time
// that a byte takes (AIMD; Chiu and Jain, "Analysis of the Increase and Decrease Algorithms", 1989).
//
// While a byte takes not much longer than at best, one more batch is allowed for each round of batches; when it takes
// longer, or a write fails, the number shrinks. The best time is forgotten slowly, so that a peer that became slower
// for good is not taken for an overloaded one for ever.
//
// Threads  One user at a time.

#include <algorithm>
#include <cstdint>

namespace weir::pipeline {

class AdaptiveLimit {
 public:
  // adaptive: false = always most.
  AdaptiveLimit(std::uint32_t most, bool adaptive)
      : most_(most), adaptive_(adaptive), limit_(adaptive ? 1 : most) {}

  [[nodiscard]] std::uint32_t now() const {
    return std::clamp(static_cast<std::uint32_t>(limit_), 1U, most_);
  }
  void succeeded(std::int64_t took_ns, std::uint64_t bytes) {
    if (!adaptive_ || bytes == 0) return;
    const double per_byte = static_cast<double>(took_ns) / static_cast<double>(bytes);
    best_ = best_ == 0 ? per_byte : std::min(per_byte, best_ * forget);
    if (per_byte > best_ * tolerance) {
      limit_ = std::max(1.0, limit_ * shrink);
    } else {
      limit_ = std::min<double>(most_, limit_ + 1 / limit_);
    }
  }
  void failed() {
    if (adaptive_) limit_ = std::max(1.0, limit_ / 2);
  }

 private:
  static constexpr double tolerance = 2;
  static constexpr double shrink = 0.9;
  static constexpr double forget = 1.01;

  const std::uint32_t most_;
  const bool adaptive_;
  double limit_;
  double best_{0};  // Nanoseconds a byte.
};

}  // namespace weir::pipeline
