#include "core/pipeline/backlog.hpp"

#include <algorithm>

#include "core/pipeline/row_edit.hpp"

namespace weir::pipeline {

using metrics::Drop;

namespace {

// One block of at most `most` rows; small parcels are put together into a new one.
queue::Parcel take_joined(queue::MemoryQueue& queue, std::uint64_t most, queue::Budget& budget) {
  queue::Parcel first = queue.take(most);
  if (!first.block || queue.empty() || first.count() * 2 >= most) return first;
  std::vector<queue::Parcel> parts;
  std::uint64_t rows = first.count();
  parts.push_back(std::move(first));
  while (rows < most && !queue.empty()) {
    parts.push_back(queue.take(most - rows));
    rows += parts.back().count();
  }
  queue::Parcel joined = join_parcels(parts, budget);
  if (joined.block) return joined;
  for (std::size_t i = parts.size(); i-- > 1;) queue.put_back(std::move(parts[i]));
  return std::move(parts.front());
}

}  // namespace

Backlog::Backlog(const Services& services, const config::OutputSettings& settings,
                 Instance& instance, std::uint64_t share_bytes)
    : services_(services),
      settings_(settings),
      instance_(instance),
      batch_rows_(static_cast<std::uint64_t>(settings.metric_batch_size)),
      queue_(static_cast<std::uint64_t>(settings.metric_buffer_limit), share_bytes),
      last_progress_ns_(services.clock.steady_ns()) {}

// ---- on the lane ------------------------------------------------------------------------------------------

Backlog::Put Backlog::put(Arrival arrival, Lane& lane) {
  const bool any = static_cast<bool>(arrival.rows.block);
  const std::uint64_t rows = any ? arrival.rows.count() : 0;
  const std::uint64_t bytes = any ? arrival.rows.block->cap_bytes() : 0;
  const std::lock_guard lock(mutex_);
  if (rows != 0 && !queue_.fits(rows, bytes, in_flight_) &&
      must_hold_locked(!arrival.rows.tokens.empty())) {
    hold_locked(lane);
    return Put::held;
  }
  accept_locked(std::move(arrival));
  return wants_write_locked() ? Put::due : Put::taken;
}

// When the rows do not fit.
bool Backlog::must_hold_locked(bool has_tokens) const {
  if (ended_) return false;
  if (has_tokens) return true;
  const auto& delivery = settings_.delivery;
  if (delivery.overflow == config::Overflow::block) return true;
  return delivery.overflow == config::Overflow::wait &&
         services_.clock.steady_ns() - last_progress_ns_ < delivery.overflow_wait_ns;
}

// The lane is woken when there is room, or when waiting is over.
void Backlog::hold_locked(Lane& lane) {
  held_.push_back(lane.weak_from_this());
  flush_rows_ = std::max(flush_rows_, queue_.rows());
  if (settings_.delivery.overflow != config::Overflow::wait || hold_timer_ != 0) return;
  hold_timer_ =
      services_.timers.at(last_progress_ns_ + settings_.delivery.overflow_wait_ns, [this] {
        {
          const std::lock_guard lock(mutex_);
          hold_timer_ = 0;
        }
        wake_lanes();
      });
}

// How many rows these are, whose sources are told that they did not get to where they are safe.
std::uint64_t Backlog::abandon(const queue::Parcel& rows) {
  for (const auto& token : rows.tokens) token->abandoned();
  return rows.count();
}

void Backlog::accept_locked(Arrival arrival) {
  metrics::Node& node = instance_.node();
  queue::Parcel& rows = arrival.rows;
  const std::uint64_t count = rows.block ? rows.count() : 0;
  const bool copy_failed = arrival.selected != 0 && !rows.block;
  node.in += arrival.offered;
  node.filtered += arrival.offered - (copy_failed ? arrival.selected : count);
  if (copy_failed) node.drop(Drop::no_memory, arrival.selected);
  if (count == 0) return;
  if (ended_) return node.drop(Drop::shutdown, abandon(rows));  // A lane that was held until now.
  rows.queued_ns = services_.clock.wall_ns();
  if (settings_.delivery.overflow == config::Overflow::drop_newest) {
    push_newest_locked(std::move(rows));
  } else {
    queue_.push(std::move(rows));
  }
  join_small_tail_locked();
  const std::uint64_t dropped = queue_.drop_oldest(in_flight_);
  if (dropped != 0) {
    node.drop(Drop::overflow, dropped);
    instance_.log().warn(
        "Metric buffer overflow; the oldest metrics are dropped and counted (see why the output "
        "is slow, or raise metric_buffer_limit)");
  }
  update_gauges_locked();
}

// Many blocks of a few rows each would cost more than their rows.
void Backlog::join_small_tail_locked() {
  auto small = queue_.take_small_tail();
  if (small.empty()) return;
  queue::Parcel joined = join_parcels(small, services_.budget);
  if (joined.block) return queue_.push(std::move(joined));
  for (auto& parcel : small) queue_.push(std::move(parcel));
}

void Backlog::push_newest_locked(queue::Parcel rows) {
  const std::uint64_t room = queue_.room_rows(rows.block->cap_bytes(), in_flight_);
  queue::Parcel first = queue::split_front(rows, room);
  instance_.node().drop(Drop::overflow, rows.count());
  if (rows.count() != 0) {
    instance_.log().warn("Metric buffer overflow; the newest metrics are dropped and counted");
  }
  queue_.push(std::move(first));
}

// ---- to the sender ----------------------------------------------------------------------------------------

bool Backlog::wants_write() const {
  const std::lock_guard lock(mutex_);
  return wants_write_locked();
}

bool Backlog::wants_write_locked() const {
  if (queue_.empty() || ended_) return false;
  return flush_rows_ != 0 || draining_ || queue_.rows() >= batch_rows_;
}

// Small parcels are put together into a new block.
queue::Parcel Backlog::take() {
  const std::lock_guard lock(mutex_);
  drop_expired_locked();
  queue::Parcel batch = take_joined(queue_, batch_rows_, services_.budget);
  if (!batch.block) return batch;
  const std::uint64_t rows = batch.count();
  flush_rows_ -= std::min(flush_rows_, rows);
  in_flight_ += rows;
  update_gauges_locked();
  return batch;
}

void Backlog::drop_expired_locked() {
  if (settings_.delivery.max_age_ns == 0) return;
  const std::int64_t oldest = services_.clock.wall_ns() - settings_.delivery.max_age_ns;
  std::uint64_t expired = 0;
  while (!queue_.empty() && queue_.front_queued_ns() < oldest) {
    const queue::Parcel gone = queue_.take(queue_.front_rows());
    for (const auto& token : gone.tokens) token->lost();
    expired += gone.count();
  }
  flush_rows_ -= std::min(flush_rows_, expired);
  if (expired == 0) return;
  instance_.node().drop(Drop::expired, expired);
  instance_.log().warn("metrics waited for longer than max_age; they are dropped and counted");
  update_gauges_locked();
}

void Backlog::settled(std::uint64_t rows, bool progress) {
  const std::lock_guard lock(mutex_);
  in_flight_ -= std::min(in_flight_, rows);
  if (progress) last_progress_ns_ = services_.clock.steady_ns();
  update_gauges_locked();
}

void Backlog::expect_progress() {
  const std::lock_guard lock(mutex_);
  last_progress_ns_ = services_.clock.steady_ns();
}

void Backlog::flush() {
  const std::lock_guard lock(mutex_);
  flush_rows_ = queue_.rows();
}

// ---- ending -----------------------------------------------------------------------------------------------

void Backlog::begin_drain() {
  {
    const std::lock_guard lock(mutex_);
    draining_ = true;
  }
  wake_lanes();
}

std::uint64_t Backlog::end(const std::vector<queue::Parcel>& in_flight) {
  std::uint64_t left = 0;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    services_.timers.cancel(hold_timer_);
    for (const auto& piece : in_flight) left += abandon(piece);
    while (!queue_.empty()) left += abandon(queue_.take(queue_.rows()));
    instance_.node().drop(Drop::shutdown, left);
    in_flight_ = 0;
    update_gauges_locked();
  }
  wake_lanes();
  return left;
}

void Backlog::wake_lanes() {
  std::vector<std::weak_ptr<Lane>> lanes;
  {
    const std::lock_guard lock(mutex_);
    if (held_.empty()) return;
    lanes.swap(held_);
  }
  for (const auto& weak : lanes) {
    if (const auto lane = weak.lock()) lane->wake();
  }
}

bool Backlog::empty() const {
  const std::lock_guard lock(mutex_);
  return queue_.empty();
}

void Backlog::update_gauges_locked() {
  instance_.node().queued = queue_.rows();
  instance_.node().in_flight = in_flight_;
}

}  // namespace weir::pipeline
