#pragma once

// Allocations and locks of a benchmark, as bench/tools/count_calls.cpp counts them, which every benchmark is linked with.
//
// Threads    Any: atomic numbers that only grow.

#include <array>
#include <atomic>
#include <cstdint>

namespace weir::testing {

struct call_counts {
  std::atomic<std::uint64_t> allocations, bytes, locks, contended;
};
// Null where it is no part of the program.
extern "C" const call_counts* weir_bench_counts() __attribute__((weak));

// What was taken since it was made, as counters of a benchmark: allocations and locks of an item.
class taken_calls {
 public:
  template <typename State>
  void report(State& state, std::int64_t items) const {
    if (weir_bench_counts == nullptr || items == 0) return;
    const std::array<std::uint64_t, 2> now = read();
    const auto each = [items](std::uint64_t n) {
      return static_cast<double>(n) / static_cast<double>(items);
    };
    state.counters["allocations"] = each(now[0] - begin_[0]);
    state.counters["locks"] = each(now[1] - begin_[1]);
  }

 private:
  static std::array<std::uint64_t, 2> read() {
    if (weir_bench_counts == nullptr) return {};
    const call_counts* counts = weir_bench_counts();
    return {counts->allocations.load(), counts->locks.load()};
  }
  std::array<std::uint64_t, 2> begin_ = read();
};

}  // namespace weir::testing
