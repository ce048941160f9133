#pragma once

// Statistics of a timing: exact where they can be added up, from a part of the values where not.
//
// The median is that of the last recent_max values. Percentiles are those of up to percentile_limit values;
// beyond it a new value takes the place of one chosen by chance.
//
// Threads    One thread at a time.
// Ownership  The values lie in the pool that add() was given; clear() returns them there.
// Limits     Where the pool gives no more memory, fewer values stand for the series; the rest stays exact.

#include <cstdint>

#include "plugins/inputs/statsd/value_pool.hpp"

namespace weir::statsd {

// What the statistics of all series have in common.
struct StatsMemory {
  std::uint32_t percentile_limit = 0;  // 0 = no percentiles are wanted
  std::uint64_t random = 0x9e3779b97f4a7c15;
  std::uint64_t refused = 0;  // times that memory was not given
  ValuePool pool{};

  std::uint32_t below(std::uint32_t n);
};

class RunningStats {
 public:
  static constexpr std::uint32_t recent_max = 1000;

  // times: how many values this one stands for, at least 1.
  void add(double value, std::uint64_t times, StatsMemory& memory);
  // All of the other's.
  void add(const RunningStats& other, StatsMemory& memory);
  void clear(StatsMemory& memory);

  std::uint64_t count() const { return n_; }
  double sum() const { return sum_; }
  double lower() const { return lower_; }
  double upper() const { return upper_; }
  double mean() const;
  double stddev() const;  // of all values, not of a sample
  double median() const;
  // Prepares for percentile(); another add() ends it.
  void sort_sample();
  double percentile(double p) const;

 private:
  void begin(double value);
  void keep_recent(double value, std::uint64_t times, StatsMemory& memory);
  void keep_sample(double value, std::uint64_t times, StatsMemory& memory);

  // Sums of distances from a value of the series lose less than sums of large numbers.
  double origin_ = 0, distance_ = 0, squares_ = 0;
  double sum_ = 0, lower_ = 0, upper_ = 0;
  std::uint64_t n_ = 0;
  Values recent_, sample_;
  std::uint32_t oldest_ = 0;  // in recent_, once that is full
};

}  // namespace weir::statsd
