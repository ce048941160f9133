#include "core/queue/record_ranges.hpp"

#include <algorithm>

namespace weir::queue {

RecordRanges::RecordRanges(std::uint64_t done, const std::vector<RecordRange>& above)
    : done_(done) {
  for (const RecordRange& range : above) finish(range);
}

std::uint64_t RecordRanges::first_open(std::uint64_t record) const {
  record = std::max(record, done_);
  for (const RecordRange& range : above_) {
    if (range.first <= record && record < range.end) return range.end;
  }
  return record;
}

bool RecordRanges::covers(const RecordRange& range) const {
  return first_open(range.first) >= range.end;
}

std::uint64_t RecordRanges::open_in(const RecordRange& range) const {
  const std::uint64_t first = std::max(range.first, done_);
  if (first >= range.end) return 0;
  std::uint64_t open = range.end - first;
  for (const RecordRange& gone : above_) {
    const std::uint64_t from = std::max(first, gone.first);
    const std::uint64_t to = std::min(range.end, gone.end);
    if (from < to) open -= to - from;
  }
  return open;
}

void RecordRanges::finish_below(std::uint64_t record) {
  done_ = std::max(done_, record);
  settle();
}

void RecordRanges::finish(RecordRange range) {
  if (range.first >= range.end) return;
  const auto touches = [&range](const RecordRange& other) {
    return other.first <= range.end && range.first <= other.end;
  };
  for (const RecordRange& other : above_) {
    if (!touches(other)) continue;
    range.first = std::min(range.first, other.first);
    range.end = std::max(range.end, other.end);
  }
  std::erase_if(above_, touches);
  const auto behind =
      std::find_if(above_.begin(), above_.end(),
                   [&range](const RecordRange& other) { return other.first > range.first; });
  above_.insert(behind, range);
  settle();
}

// What touches done_ belongs to it.
void RecordRanges::settle() {
  auto keep = above_.begin();
  for (; keep != above_.end() && keep->first <= done_; ++keep) done_ = std::max(done_, keep->end);
  above_.erase(above_.begin(), keep);
  count_above_ = 0;
  for (const RecordRange& range : above_) count_above_ += range.end - range.first;
}

}  // namespace weir::queue
