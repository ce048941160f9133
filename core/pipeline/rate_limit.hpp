#pragma once

// A token bucket: so many records or bytes a second go out, with bursts of what one second allows.
//
// A batch goes when the bucket is not empty and may overdraw it: the next one waits until that is made good. So the
// rate holds over time, and a batch larger than the bucket goes, too.
//
// Threads  One user at a time.

#include <algorithm>
#include <cstdint>

namespace weir::pipeline {

class RateLimit {
 public:
  // per_s: 0 = no limit.
  explicit RateLimit(std::int64_t per_s)
      : per_s_(static_cast<double>(per_s)), level_(static_cast<double>(per_s)) {}

  // How long to wait before something may go; 0 = now.
  [[nodiscard]] std::int64_t wait_ns(std::int64_t now_ns) {
    if (per_s_ == 0) return 0;
    fill(now_ns);
    if (level_ > 0) return 0;
    return static_cast<std::int64_t>(-level_ / per_s_ * second_ns) + 1;
  }
  void spend(std::uint64_t amount) {
    if (per_s_ != 0) level_ -= static_cast<double>(amount);
  }

 private:
  static constexpr double second_ns = 1e9;
  void fill(std::int64_t now_ns) {
    if (filled_ns_ != 0) {
      level_ += static_cast<double>(now_ns - filled_ns_) / second_ns * per_s_;
      level_ = std::min(level_, per_s_);
    }
    filled_ns_ = now_ns;
  }

  const double per_s_;
  double level_;
  std::int64_t filled_ns_{0};
};

}  // namespace weir::pipeline
