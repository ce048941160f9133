#pragma once

// So many bytes in each period of time.
//
// Threads  One thread at a time.
// Units    Times are of any steady clock.

#include <algorithm>
#include <cstdint>
#include <limits>

namespace weir::influxdb_v2_output {

class RateLimit {
 public:
  RateLimit() = default;
  RateLimit(std::int64_t bytes, std::int64_t period_ns) : bytes_(bytes), period_ns_(period_ns) {}

  bool limited() const { return bytes_ > 0; }
  // What may still be sent in this period.
  std::int64_t room(std::int64_t now_ns) {
    if (!limited()) return std::numeric_limits<std::int64_t>::max();
    if (now_ns >= until_ns_) {
      until_ns_ = now_ns + period_ns_;
      used_ = 0;
    }
    return std::max<std::int64_t>(bytes_ - used_, 0);
  }
  bool untouched() const { return used_ == 0; }
  void use(std::size_t bytes) { used_ += static_cast<std::int64_t>(bytes); }
  // Until there is room again.
  std::int64_t wait_ns(std::int64_t now_ns) const {
    return std::max<std::int64_t>(until_ns_ - now_ns, 1);
  }

 private:
  std::int64_t bytes_ = 0, period_ns_ = 0;
  std::int64_t until_ns_ = std::numeric_limits<std::int64_t>::min();
  std::int64_t used_ = 0;
};

}  // namespace weir::influxdb_v2_output
