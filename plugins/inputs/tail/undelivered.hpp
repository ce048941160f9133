#pragma once

// The option max_undelivered_lines: how many lines are on their way to the outputs.
//
// Threads  room(), take() and cookie_of() by one thread, acknowledge() from any.

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace weir::tail {

class Undelivered {
 public:
  // A cookie carries how many lines its batch has.
  static constexpr std::uint64_t lines_per_batch_max = 0xffffffff;

  explicit Undelivered(std::uint64_t limit) : limit_(limit) {}

  // Lines that a batch may have now. Half of the limit at most, so that reading goes on while the other half
  // is on its way.
  std::uint64_t room() const {
    const std::uint64_t on_their_way = lines_.load(std::memory_order_acquire);
    const std::uint64_t free = on_their_way < limit_ ? limit_ - on_their_way : 0;
    const std::uint64_t half = limit_ > 1 ? limit_ / 2 : 1;
    return std::min(free, half);
  }
  std::uint64_t lines() const { return lines_.load(std::memory_order_relaxed); }
  // The cookie of a batch of so many lines, at least 1, that goes out now.
  std::uint64_t take(std::uint64_t lines) {
    lines_.fetch_add(lines, std::memory_order_relaxed);
    return ++batches_ << 32U | lines;
  }
  void acknowledge(std::uint64_t cookie) {
    lines_.fetch_sub(cookie & lines_per_batch_max, std::memory_order_release);
  }

 private:
  const std::uint64_t limit_;
  std::atomic<std::uint64_t> lines_{0};
  std::uint64_t batches_ = 0;
};

}  // namespace weir::tail
