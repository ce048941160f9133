#include "core/base/clock.hpp"

#include <time.h>

namespace weir {
namespace {

std::int64_t read_ns(clockid_t id) {
  timespec at{};
  clock_gettime(id, &at);
  return std::int64_t{at.tv_sec} * 1'000'000'000 + at.tv_nsec;
}

class SystemClock final : public Clock {
 public:
  std::int64_t wall_ns() const override { return read_ns(CLOCK_REALTIME); }
  std::int64_t steady_ns() const override { return read_ns(CLOCK_MONOTONIC); }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace weir
