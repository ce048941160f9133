#include "plugins/inputs/statsd/running_stats.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace weir::statsd {

// xorshift: chance without a lock or a division; n is small against 2^32.
std::uint32_t StatsMemory::below(std::uint32_t n) {
  random ^= random << 13U;
  random ^= random >> 7U;
  random ^= random << 17U;
  return static_cast<std::uint32_t>(((random >> 32U) * n) >> 32U);
}

void RunningStats::begin(double value) {
  origin_ = lower_ = upper_ = value;
  distance_ = squares_ = sum_ = 0;
}

void RunningStats::add(double value, std::uint64_t times, StatsMemory& memory) {
  if (n_ == 0) begin(value);
  const double weight = static_cast<double>(times);
  const double distance = value - origin_;
  n_ += times;
  distance_ += weight * distance;
  squares_ += weight * distance * distance;
  sum_ += weight * value;
  lower_ = std::min(lower_, value);
  upper_ = std::max(upper_, value);
  keep_recent(value, times, memory);
  if (memory.percentile_limit != 0) keep_sample(value, times, memory);
}

void RunningStats::keep_recent(double value, std::uint64_t times, StatsMemory& memory) {
  for (std::uint64_t i = std::min<std::uint64_t>(times, recent_max); i > 0; --i) {
    if (recent_.n < recent_max && memory.pool.grow(recent_)) {
      recent_.at[recent_.n++] = value;
      continue;
    }
    if (recent_.n < recent_max) ++memory.refused;
    if (recent_.n == 0) return;
    recent_.at[oldest_] = value;
    oldest_ = (oldest_ + 1) % recent_.n;
  }
}

void RunningStats::keep_sample(double value, std::uint64_t times, StatsMemory& memory) {
  const std::uint32_t limit = memory.percentile_limit;
  for (std::uint64_t i = std::min<std::uint64_t>(times, limit); i > 0; --i) {
    if (sample_.n < limit && memory.pool.grow(sample_)) {
      sample_.at[sample_.n++] = value;
      continue;
    }
    if (sample_.n < limit) ++memory.refused;
    if (sample_.n == 0) return;
    sample_.at[memory.below(sample_.n)] = value;
  }
}

void RunningStats::add(const RunningStats& other, StatsMemory& memory) {
  if (other.n_ == 0) return;
  if (n_ == 0) begin(other.origin_);
  const double n = static_cast<double>(other.n_);
  const double shift = other.origin_ - origin_;
  squares_ += other.squares_ + 2 * shift * other.distance_ + n * shift * shift;
  distance_ += other.distance_ + n * shift;
  lower_ = n_ == 0 ? other.lower_ : std::min(lower_, other.lower_);
  upper_ = n_ == 0 ? other.upper_ : std::max(upper_, other.upper_);
  sum_ += other.sum_;
  n_ += other.n_;
  for (std::uint32_t i = 0; i < other.recent_.n; ++i) {
    keep_recent(other.recent_.at[(other.oldest_ + i) % other.recent_.n], 1, memory);
  }
  for (std::uint32_t i = 0; i < other.sample_.n; ++i) keep_sample(other.sample_.at[i], 1, memory);
}

void RunningStats::clear(StatsMemory& memory) {
  memory.pool.give_back(recent_);
  memory.pool.give_back(sample_);
  n_ = 0;
  oldest_ = 0;
}

double RunningStats::mean() const { return origin_ + distance_ / static_cast<double>(n_); }

double RunningStats::stddev() const {
  const double n = static_cast<double>(n_);
  return std::sqrt(std::max(squares_ - distance_ * distance_ / n, 0.0) / n);
}

double RunningStats::median() const {
  if (recent_.n == 0) return mean();
  std::array<double, recent_max> sorted{};
  double* const end = std::copy(recent_.at, recent_.at + recent_.n, sorted.data());
  double* const middle = sorted.data() + recent_.n / 2;
  std::nth_element(sorted.data(), middle, end);
  if (recent_.n % 2 == 1) return *middle;
  return (*middle + *std::max_element(sorted.data(), middle)) / 2;
}

void RunningStats::sort_sample() { std::sort(sample_.at, sample_.at + sample_.n); }

double RunningStats::percentile(double p) const {
  if (sample_.n == 0) return mean();
  const double at = static_cast<double>(sample_.n) * std::min(p, 100.0) / 100.0;
  return sample_.at[static_cast<std::uint32_t>(std::clamp(at, 0.0, sample_.n - 1.0))];
}

}  // namespace weir::statsd
