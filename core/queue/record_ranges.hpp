#pragma once

// Which records are done: all below one number, and some ranges above it.
//
// Threads  Not synchronised.
// Limits   Ranges that touch are one, so that there are few: one per gap between records that are being delivered.

#include <cstdint>
#include <vector>

#include "core/queue/disk_format.hpp"

namespace weir::queue {

class RecordRanges {
 public:
  RecordRanges() = default;
  RecordRanges(std::uint64_t done, const std::vector<RecordRange>& above);

  // Every record below it is done.
  [[nodiscard]] std::uint64_t done() const { return done_; }
  [[nodiscard]] const std::vector<RecordRange>& above() const { return above_; }
  // Records of the ranges above done().
  [[nodiscard]] std::uint64_t count_above() const { return count_above_; }
  // The first record at or behind this one that is not done.
  [[nodiscard]] std::uint64_t first_open(std::uint64_t record) const;
  [[nodiscard]] bool covers(const RecordRange& range) const;
  // How many records of the range are not done.
  [[nodiscard]] std::uint64_t open_in(const RecordRange& range) const;

  void finish_below(std::uint64_t record);
  void finish(RecordRange range);

 private:
  void settle();
  std::uint64_t done_{0}, count_above_{0};
  std::vector<RecordRange> above_;  // In order, apart from each other and from done_.
};

}  // namespace weir::queue
