#pragma once

// Seconds by the clocks that measurements need.
//
// Threads    Any.
// Units      Seconds as double: a run lasts seconds, so nanoseconds remain exact enough; times of day in nanoseconds.

#include <cstdint>
#include <ctime>

namespace weir::bench {

inline double seconds_of(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}
inline double wall_seconds() { return seconds_of(CLOCK_MONOTONIC); }
inline double thread_cpu_seconds() { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }
inline double process_cpu_seconds() { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }

// Since 1970, as records carry it.
inline std::uint64_t now_ns() {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(t.tv_nsec);
}

// Wall and CPU seconds of the thread since it was made.
class Watch {
 public:
  double wall() const { return wall_seconds() - wall_; }
  double cpu() const { return thread_cpu_seconds() - cpu_; }

 private:
  double wall_ = wall_seconds(), cpu_ = thread_cpu_seconds();
};

}  // namespace weir::bench
