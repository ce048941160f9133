#include "core/pipeline/queueing.hpp"

#include <vector>

#include "core/pipeline/row_edit.hpp"

namespace weir::pipeline {

queue::Parcel take_joined(queue::MemoryQueue& queue, std::uint64_t most, queue::Budget& budget) {
  queue::Parcel first = queue.take(most);
  if (!first.block || queue.empty() || first.count() * 2 >= most) return first;
  std::vector<queue::Parcel> parts;
  std::uint64_t rows = first.count();
  parts.push_back(std::move(first));
  const bool from_disk = parts.front().record_end != 0;
  while (rows < most && !queue.empty() && (queue.front().record_end != 0) == from_disk) {
    parts.push_back(queue.take(most - rows));
    rows += parts.back().count();
  }
  queue::Parcel joined = join_parcels(parts, budget);
  if (joined.block) return joined;
  for (std::size_t i = parts.size(); i-- > 1;) queue.put_back(std::move(parts[i]));
  return std::move(parts.front());
}

std::uint64_t push_within(queue::MemoryQueue& queue, queue::Parcel rows, config::Overflow overflow,
                          std::uint64_t in_flight) {
  if (overflow != config::Overflow::drop_newest) {
    queue.push(std::move(rows));
    return queue.drop_oldest(in_flight);
  }
  const std::uint64_t room = queue.room_rows(rows.block->cap_bytes(), in_flight);
  queue.push(queue::split_front(rows, room));
  return rows.count();
}

const char* overflow_text(config::Overflow overflow) {
  return overflow == config::Overflow::drop_newest
             ? "Metric buffer overflow; the newest metrics are dropped and counted"
             : "Metric buffer overflow; the oldest metrics are dropped and counted (see why the "
               "output is slow, or raise metric_buffer_limit)";
}

}  // namespace weir::pipeline
