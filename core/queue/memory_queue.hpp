#pragma once

// The bounded queue in front of an output. Counts and drops rows, not batches.
//
// Threads  Not synchronised: the output that owns it holds a lock.
// Limits   rows_max rows (metric_buffer_limit), bytes_max bytes (the output's share of the budget).
// Bytes    A shared block is charged whole to every queue that holds rows of it.

#include <cstdint>
#include <deque>
#include <vector>

#include "core/queue/parcel.hpp"

namespace weir::queue {

class MemoryQueue {
 public:
  static constexpr std::uint64_t small_bytes = 16 << 10;
  static constexpr std::size_t small_run = 64;

  MemoryQueue(std::uint64_t rows_max, std::uint64_t bytes_max)
      : rows_max_(rows_max), bytes_max_(bytes_max) {}

  // What is over them stays until drop_oldest().
  void set_limits(std::uint64_t rows_max, std::uint64_t bytes_max) {
    rows_max_ = rows_max;
    bytes_max_ = bytes_max;
  }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] bool empty() const { return rows_ == 0; }
  [[nodiscard]] std::uint64_t rows_max() const { return rows_max_; }
  // Is there room for these, when in_flight rows of the limit are already with the output? A parcel larger
  // than the whole limit fits into an empty queue.
  [[nodiscard]] bool fits(std::uint64_t rows, std::uint64_t bytes, std::uint64_t in_flight) const;
  // How many rows of a parcel of so many bytes would fit.
  [[nodiscard]] std::uint64_t room_rows(std::uint64_t bytes, std::uint64_t in_flight) const;

  void push(Parcel parcel);
  // Drops from the front until both limits hold; returns the rows dropped. Parcels with tokens stay, whatever the
  // limits say.
  std::uint64_t drop_oldest(std::uint64_t in_flight);
  // The first rows, at most rows_max of one parcel; empty block when the queue is empty.
  Parcel take(std::uint64_t rows_max);
  // Selected rows of the front parcel.
  [[nodiscard]] std::uint64_t front_rows() const {
    return entries_.empty() ? 0 : entries_.front().rows;
  }
  // The front parcel; the queue is not empty.
  [[nodiscard]] const Parcel& front() const { return entries_.front().parcel; }
  void put_back(Parcel parcel);
  // The parcels at the end that are small, once there are enough of them to be worth one block: the caller
  // joins them and pushes the result. Else nothing is taken.
  std::vector<Parcel> take_small_tail();

 private:
  struct Entry {
    Parcel parcel;
    std::uint64_t rows{0}, bytes{0};
  };
  [[nodiscard]] Entry measured(Parcel parcel) const;
  Parcel take_from(std::size_t at, std::uint64_t rows_max);
  [[nodiscard]] std::uint64_t rows_over(std::uint64_t in_flight) const;
  [[nodiscard]] bool is_small(const Entry& entry) const { return entry.bytes < small_bytes; }

  std::uint64_t rows_max_, bytes_max_;
  std::deque<Entry> entries_;
  std::uint64_t rows_{0}, bytes_{0};
  std::size_t small_tail_{0};  // How many entries at the end are small.
};

// Cuts the first n selected rows off a parcel; the parcel keeps the others.
Parcel split_front(Parcel& parcel, std::uint64_t n);

}  // namespace weir::queue
