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
  if (parcel.record_end != 0) front.record_end -= end - r;
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

std::uint64_t MemoryQueue::rows_over(std::uint64_t in_flight) const {
  return rows_ + in_flight - std::min(rows_ + in_flight, rows_max_);
}

std::uint64_t MemoryQueue::drop_oldest(std::uint64_t in_flight) {
  std::uint64_t dropped = 0;
  for (std::size_t at = 0; at < entries_.size();) {
    const std::uint64_t over = rows_over(in_flight);
    if (over == 0 && (bytes_ <= bytes_max_ || entries_.size() == 1)) break;
    const std::uint64_t rows = entries_[at].rows;
    if (!entries_[at].parcel.tokens.empty()) {
      ++at;
      continue;
    }
    dropped += take_from(at, over != 0 ? over : rows).count();
  }
  return dropped;
}

Parcel MemoryQueue::take_from(std::size_t at, std::uint64_t rows_max) {
  Entry& entry = entries_[at];
  if (entry.rows > rows_max) {
    Parcel part = split_front(entry.parcel, rows_max);
    entry.rows -= rows_max;
    rows_ -= rows_max;
    return part;
  }
  Parcel all = std::move(entry.parcel);
  rows_ -= entry.rows;
  bytes_ -= entry.bytes;
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
  return all;
}

Parcel MemoryQueue::take(std::uint64_t rows_max) {
  return entries_.empty() ? Parcel{} : take_from(0, rows_max);
}

}  // namespace weir::queue
