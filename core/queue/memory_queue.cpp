#include "core/queue/memory_queue.hpp"

#include <algorithm>

#include <weir/batch.hpp>

namespace weir::queue {

Parcel split_front(Parcel& parcel, std::uint64_t n) {
  Parcel front = parcel;
  std::uint32_t r = parcel.row0;
  const std::uint32_t end = parcel.row0 + parcel.n_rows;
  if (parcel.mask.empty()) {
    r += static_cast<std::uint32_t>(std::min<std::uint64_t>(n, parcel.n_rows));
  } else {
    for (std::uint64_t seen = 0; r < end && seen < n; ++r) {
      seen += bit(parcel.mask.data(), r) ? 1 : 0;
    }
  }
  front.n_rows = r - parcel.row0;
  parcel.row0 = r;
  parcel.n_rows = end - r;
  return front;
}

bool MemoryQueue::fits(std::uint64_t rows, std::uint64_t bytes, std::uint64_t in_flight) const {
  if (rows_ == 0 && in_flight == 0) return true;
  return rows_ + in_flight + rows <= rows_max_ && bytes_ + bytes <= bytes_max_;
}

std::uint64_t MemoryQueue::room_rows(std::uint64_t bytes, std::uint64_t in_flight) const {
  if (rows_ != 0 && bytes_ + bytes > bytes_max_) return 0;
  return rows_max_ - std::min(rows_max_, rows_ + in_flight);
}

MemoryQueue::Entry MemoryQueue::measured(Parcel parcel) const {
  const std::uint64_t rows = parcel.count();
  const std::uint64_t bytes = parcel.block->cap_bytes();
  return {std::move(parcel), rows, bytes};
}

void MemoryQueue::push(Parcel parcel) {
  Entry entry = measured(std::move(parcel));
  if (entry.rows == 0) return;
  rows_ += entry.rows;
  bytes_ += entry.bytes;
  small_tail_ = is_small(entry) ? small_tail_ + 1 : 0;
  entries_.push_back(std::move(entry));
}

std::vector<Parcel> MemoryQueue::take_small_tail() {
  std::vector<Parcel> tail;
  if (small_tail_ < small_run || entries_.size() < small_run) return tail;
  for (auto at = entries_.end() - small_run; at != entries_.end(); ++at) {
    rows_ -= at->rows;
    bytes_ -= at->bytes;
    tail.push_back(std::move(at->parcel));
  }
  entries_.erase(entries_.end() - small_run, entries_.end());
  small_tail_ = 0;
  return tail;
}

void MemoryQueue::put_back(Parcel parcel) {
  Entry entry = measured(std::move(parcel));
  if (entry.rows == 0) return;
  rows_ += entry.rows;
  bytes_ += entry.bytes;
  entries_.push_front(std::move(entry));
}

void MemoryQueue::forget_front() {
  rows_ -= entries_.front().rows;
  bytes_ -= entries_.front().bytes;
  entries_.pop_front();
}

std::uint64_t MemoryQueue::drop_oldest(std::uint64_t in_flight) {
  std::uint64_t dropped = 0;
  while (!entries_.empty() &&
         (rows_ + in_flight > rows_max_ || (bytes_ > bytes_max_ && entries_.size() > 1))) {
    const std::uint64_t too_many =
        rows_ + in_flight > rows_max_ ? rows_ + in_flight - rows_max_ : front_rows();
    const Parcel gone = take(too_many);
    for (const auto& token : gone.tokens) token->lost();
    dropped += gone.count();
  }
  return dropped;
}

Parcel MemoryQueue::take(std::uint64_t rows_max) {
  if (entries_.empty()) return {};
  Entry& front = entries_.front();
  if (front.rows <= rows_max) {
    Parcel all = std::move(front.parcel);
    forget_front();
    return all;
  }
  Parcel part = split_front(front.parcel, rows_max);
  front.rows -= rows_max;
  rows_ -= rows_max;
  return part;
}

}  // namespace weir::queue
