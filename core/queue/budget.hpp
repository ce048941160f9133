#pragma once

// One byte budget for the whole process.
//
// Inputs draw on at most input_percent of it; the rest is for what happens behind a queue (serialize, bisect,
// aggregates), so that a full pipeline can always make progress and the budget cannot lock up. The outputs'
// queues together hold at most queue_percent: less than the inputs' part, so that a stalled output's queue
// gets full, and its overflow policy decides, before the inputs are refused for all outputs.
//
// Threads  Every member may be called from any thread.
// Limits   limit_bytes; a charge that would pass it is refused, unless forced.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

#include "core/queue/recycler.hpp"

namespace weir::queue {

class Budget {
 public:
  static constexpr std::int64_t input_percent = 80;
  static constexpr std::int64_t queue_percent = 60;
  static constexpr std::int64_t recycled_part = 16;

  explicit Budget(std::int64_t limit_bytes)
      : limit_bytes_(limit_bytes), recycler_(recycled_max(limit_bytes)) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;
  ~Budget() = default;

  enum class Use : std::uint8_t {
    input,   // Refused above the inputs' part.
    stage,   // Refused above the limit.
    forced,  // Never refused: the overshoot of one batch, given back soon.
  };
  // True when the bytes were charged; give_back() has to follow.
  bool charge(std::int64_t bytes, Use use);
  void give_back(std::int64_t bytes);

  // Someone was refused: on_room is called once when the inputs' part has room again.
  void want_room() { wants_room_.store(true, std::memory_order_seq_cst); }
  // Set before the first charge; called from any thread, has to be short.
  void set_on_room(std::function<void()> on_room) { on_room_ = std::move(on_room); }

  // Where blocks come from and go to; what it keeps is not charged.
  [[nodiscard]] Recycler& recycler() { return recycler_; }

  // Would an input be refused now?
  [[nodiscard]] bool inputs_full() const { return used_bytes() >= input_limit_bytes(); }
  [[nodiscard]] std::int64_t used_bytes() const { return used_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t limit_bytes() const { return limit_bytes_; }
  [[nodiscard]] std::int64_t input_limit_bytes() const {
    return limit_bytes_ / 100 * input_percent;
  }
  [[nodiscard]] std::int64_t queue_limit_bytes() const {
    return limit_bytes_ / 100 * queue_percent;
  }
  [[nodiscard]] std::int64_t peak_bytes() const { return peak_.load(std::memory_order_relaxed); }

 private:
  // One part in recycled_part of the limit, at most 16 MiB. None where an address sanitizer watches for the use of freed blocks.
  static constexpr std::uint64_t recycled_max([[maybe_unused]] std::int64_t limit_bytes) {
#ifdef __SANITIZE_ADDRESS__
    return 0;
#else
    return std::min<std::uint64_t>(static_cast<std::uint64_t>(limit_bytes / recycled_part),
                                   16 << 20);
#endif
  }

  // Read for each block, written only where room is short.
  alignas(64) const std::int64_t limit_bytes_;
  std::atomic<bool> wants_room_{false};
  std::function<void()> on_room_;
  // Written for each block, one after the other.
  alignas(64) std::atomic<std::int64_t> used_{0};
  std::atomic<std::int64_t> peak_{0};
  alignas(64) Recycler recycler_;
};

// A quarter of the cgroup's limit or of the machine's memory, at most 1 GiB.
std::int64_t default_memory_limit_bytes();
// What this process holds in memory now; 0 where the system does not say.
std::int64_t resident_bytes();
// The budget's limit under a limit of the whole process that already holds some: the rest, without what the
// recycler may keep, but at least half.
std::int64_t buffers_limit_bytes(std::int64_t memory_limit_bytes, std::int64_t held_bytes);

}  // namespace weir::queue
