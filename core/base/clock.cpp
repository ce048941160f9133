#include "core/base/clock.hpp"

#include <ctime>

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

std::int64_t since_multiple_ns(std::int64_t ns, std::int64_t period_ns) {
  constexpr std::int64_t from_year_1_s = 62'135'596'800;
  constexpr std::int64_t second_ns = 1'000'000'000;
  __extension__ using Wide = __int128;
  const Wide since = static_cast<Wide>(from_year_1_s) * second_ns + ns;
  return static_cast<std::int64_t>((since % period_ns + period_ns) % period_ns);
}

}  // namespace weir
