#include "core/pipeline/backlog.hpp"

#include <algorithm>

#include "core/pipeline/queueing.hpp"
#include "core/pipeline/row_edit.hpp"

namespace weir::pipeline {

using metrics::Drop;

Backlog::Backlog(const Services& services, const config::OutputSettings& settings,
                 Instance& instance, std::uint64_t share_bytes, std::unique_ptr<Spool> given)
    : services_(services),
      node_(instance.node()),
      log_(instance.log()),
      own_spool_(std::move(given)),
      spool_(own_spool_.get()),
      batch_rows_(static_cast<std::uint64_t>(settings.metric_batch_size)),
      delivery_(settings.delivery),
      queue_(static_cast<std::uint64_t>(settings.metric_buffer_limit), share_bytes),
      last_progress_ns_(services.clock.steady_ns()) {
  if (spool()) connect_spool();
}

void Backlog::connect_spool() {
  spool()->set_may_drop([this](bool has_tokens) {
    const std::lock_guard lock(mutex_);
    return delivery_.overflow != config::Overflow::drop_newest && !must_hold_locked(has_tokens);
  });
  spool()->set_on_change([this] {
    ready();
    wake_lanes();
  });
}

void Backlog::set_on_ready(std::function<void()> on_ready) {
  const std::lock_guard lock(mutex_);
  on_ready_ = std::move(on_ready);
}

void Backlog::ready() const {
  std::function<void()> told;
  {
    const std::lock_guard lock(mutex_);
    told = on_ready_;
  }
  if (told) told();
}

// ---- from one output to the next ---------------------------------------------------------------------------

void Backlog::adopt(const config::OutputSettings& settings, std::uint64_t share_bytes,
                    std::unique_ptr<Spool> given) {
  {
    const std::lock_guard lock(mutex_);
    batch_rows_ = static_cast<std::uint64_t>(settings.metric_batch_size);
    delivery_ = settings.delivery;
    queue_.set_limits(static_cast<std::uint64_t>(settings.metric_buffer_limit), share_bytes);
    if (given && !spool()) {
      own_spool_ = std::move(given);
      spool_ = own_spool_.get();
      connect_spool();
    }
    last_progress_ns_ = services_.clock.steady_ns();
  }
  if (spool()) spool()->adopt(settings, share_bytes);
  wake_lanes();
}

// They come first again, in their order, and are not in flight any more.
void Backlog::give_back(std::vector<queue::Parcel> rows) {
  if (rows.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    while (!rows.empty()) {
      put_back_locked(std::move(rows.back()));
      rows.pop_back();
    }
    update_gauges_locked();
  }
  ready();
}

void Backlog::put_back_locked(queue::Parcel rows) {
  const std::uint64_t n = rows.count();
  in_flight_ -= std::min(in_flight_, n);
  std::erase_if(from_disk_, [&](const FromDisk& f) { return f.record_end == rows.record_end; });
  flush_rows_ += n;
  queue_.put_back(std::move(rows));
}

// ---- on the lane ------------------------------------------------------------------------------------------

Backlog::Put Backlog::put(Arrival arrival, Lane* lane) {
  const bool any = static_cast<bool>(arrival.rows.block);
  const std::uint64_t rows = any ? arrival.rows.count() : 0;
  const std::uint64_t bytes = any ? arrival.rows.block->cap_bytes() : 0;
  const std::lock_guard lock(mutex_);
  const bool to_disk = rows != 0 && goes_to_disk_locked(rows, bytes);
  const bool fits = to_disk ? spool()->fits(rows, bytes) : queue_.fits(rows, bytes, in_flight_);
  if (rows != 0 && !fits && lane != nullptr && must_hold_locked(!arrival.rows.tokens.empty())) {
    hold_locked(*lane);
    return Put::held;
  }
  accept_locked(std::move(arrival), to_disk);
  return wants_write_locked() ? Put::due : Put::taken;
}

// Order is kept: behind what is on disk everything goes there.
bool Backlog::goes_to_disk_locked(std::uint64_t rows, std::uint64_t bytes) const {
  if (!spool()) return false;
  if (delivery_.queue == config::QueueKind::disk || spool()->waiting() != 0) return true;
  return delivery_.queue == config::QueueKind::spill && !queue_.fits(rows, bytes, in_flight_);
}

// When the rows do not fit.
bool Backlog::must_hold_locked(bool has_tokens) const {
  if (ended_) return false;
  if (has_tokens) return true;
  const auto& delivery = delivery_;
  if (delivery.overflow == config::Overflow::block) return true;
  return delivery.overflow == config::Overflow::wait &&
         services_.clock.steady_ns() - last_progress_ns_ < delivery.overflow_wait_ns;
}

// The lane is woken when there is room, or when waiting is over.
void Backlog::hold_locked(Lane& lane) {
  held_.push_back(lane.weak_from_this());
  flush_rows_ = std::max(flush_rows_, waiting_locked());
  if (delivery_.overflow != config::Overflow::wait || hold_timer_ != 0) return;
  hold_timer_ =
      services_.timers.at(last_progress_ns_ + delivery_.overflow_wait_ns, tasks_.wrap([this] {
        {
          const std::lock_guard lock(mutex_);
          hold_timer_ = 0;
        }
        wake_lanes();
      }));
}

// How many rows these are, whose sources are told that they did not get to where they are safe.
std::uint64_t Backlog::abandon(const queue::Parcel& rows) {
  for (const auto& token : rows.tokens) token->abandoned();
  return rows.count();
}

void Backlog::accept_locked(Arrival arrival, bool to_disk) {
  metrics::Node& node = node_;
  queue::Parcel& rows = arrival.rows;
  const std::uint64_t count = rows.block ? rows.count() : 0;
  const bool copy_failed = arrival.selected != 0 && !rows.block;
  node.in += arrival.offered;
  node.filtered += arrival.offered - (copy_failed ? arrival.selected : count);
  if (copy_failed) node.drop(Drop::no_memory, arrival.selected);
  if (count == 0) return;
  if (ended_) return node.drop(Drop::shutdown, abandon(rows));  // A lane that was held until now.
  rows.queued_ns = services_.clock.wall_ns();
  if (to_disk) {
    spool()->push(std::move(rows));
    return update_gauges_locked();
  }
  const config::Overflow overflow = delivery_.overflow;
  const bool awaited = !rows.tokens.empty();
  const std::uint64_t dropped = push_within(queue_, std::move(rows), overflow, in_flight_);
  join_small_tail_locked();
  if (dropped != 0) {
    node.drop(Drop::overflow, dropped);
    log_.warn(overflow_text(overflow));
  }
  if (awaited) flush_rows_ = waiting_locked();  // Its source sends no more until then.
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

// ---- to the sender ----------------------------------------------------------------------------------------

bool Backlog::wants_write() const {
  const std::lock_guard lock(mutex_);
  return wants_write_locked();
}

bool Backlog::wants_write_locked() const {
  const std::uint64_t ready = queue_.rows() + (spool() ? spool()->ready() : 0);
  if (ready == 0 || ended_) return false;
  return flush_rows_ != 0 || draining_ || ready >= batch_rows_;
}

std::uint64_t Backlog::waiting_locked() const {
  return queue_.rows() + (spool() ? spool()->waiting() : 0);
}

// Reads what the next batch needs.
void Backlog::refill() {
  if (!spool()) return;
  while (spool()->ready() != 0) {
    {
      const std::lock_guard lock(mutex_);
      if (queue_.rows() >= batch_rows_ || ended_) return;
    }
    queue::Parcel rows = spool()->take();
    if (!rows.block) return;
    const std::lock_guard lock(mutex_);
    queue_.push(std::move(rows));
  }
}

queue::Parcel Backlog::take() {
  const std::lock_guard lock(mutex_);
  drop_expired_locked();
  queue::Parcel batch = take_joined(queue_, batch_rows_, services_.budget);
  if (!batch.block) return batch;
  const std::uint64_t rows = batch.count();
  flush_rows_ -= std::min(flush_rows_, rows);
  in_flight_ += rows;
  if (batch.record_end != 0) note_from_disk_locked(batch, false);
  update_gauges_locked();
  return batch;
}

// In the order of the disk, also where a batch was given back and is taken again.
void Backlog::note_from_disk_locked(const queue::Parcel& rows, bool settled) {
  const auto behind = std::find_if(from_disk_.begin(), from_disk_.end(), [&](const FromDisk& f) {
    return f.record_end > rows.record_end;
  });
  from_disk_.insert(behind, {rows.record_end, rows.count(), settled});
}

void Backlog::drop_expired_locked() {
  if (delivery_.max_age_ns == 0) return;
  const std::int64_t oldest = services_.clock.wall_ns() - delivery_.max_age_ns;
  std::uint64_t expired = 0;
  while (!queue_.empty() && queue_.front().queued_ns < oldest) {
    const queue::Parcel gone = queue_.take(queue_.front_rows());
    for (const auto& token : gone.tokens) token->lost();
    if (gone.record_end != 0) note_from_disk_locked(gone, true);
    expired += gone.count();
  }
  flush_rows_ -= std::min(flush_rows_, expired);
  if (expired == 0) return;
  node_.drop(Drop::expired, expired);
  log_.warn("metrics waited for longer than max_age; they are dropped and counted");
  update_gauges_locked();
}

void Backlog::settled(const queue::Parcel& rows, bool progress) {
  const std::lock_guard lock(mutex_);
  in_flight_ -= std::min<std::uint64_t>(in_flight_, rows.count());
  if (progress) last_progress_ns_ = services_.clock.steady_ns();
  if (rows.record_end != 0) {
    const auto batch = std::find_if(from_disk_.begin(), from_disk_.end(), [&](const FromDisk& f) {
      return f.record_end == rows.record_end;
    });
    if (batch != from_disk_.end()) batch->settled = true;
  }
  update_gauges_locked();
}

void Backlog::forget_settled() {
  std::uint64_t done = 0;
  {
    const std::lock_guard lock(mutex_);
    while (!from_disk_.empty() && from_disk_.front().settled) {
      last_settled_ = std::max(last_settled_, from_disk_.front().record_end);
      from_disk_.pop_front();
    }
    done = last_settled_;
    // What was given back, or is taken again, is in front of what is settled already.
    if (!from_disk_.empty()) done = std::min(done, from_disk_.front().begin());
    if (!queue_.empty() && queue_.front().record_end != 0) {
      done = std::min(done, queue_.front().record_end - queue_.front_rows());
    }
    if (done <= told_done_) return;
    told_done_ = done;
  }
  spool()->done(done);
}

void Backlog::expect_progress() {
  const std::lock_guard lock(mutex_);
  last_progress_ns_ = services_.clock.steady_ns();
}

void Backlog::flush() {
  const std::lock_guard lock(mutex_);
  flush_rows_ = waiting_locked();
}

// ---- ending -----------------------------------------------------------------------------------------------

void Backlog::begin_drain() {
  {
    const std::lock_guard lock(mutex_);
    draining_ = true;
  }
  wake_lanes();
}

Backlog::Left Backlog::end(const std::vector<queue::Parcel>& in_flight) {
  std::vector<queue::Parcel> left;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    services_.timers.cancel(hold_timer_);
    left = in_flight;
    while (!queue_.empty()) left.push_back(queue_.take(queue_.rows()));
    in_flight_ = 0;
  }
  forget_settled();
  std::erase_if(left, [](const queue::Parcel& rows) { return rows.record_end != 0; });
  Left result;
  if (spool()) {
    result.lost = spool()->end(std::move(left));
    result.kept = spool()->records();
  } else {
    for (const auto& rows : left) result.lost += abandon(rows);
  }
  node_.drop(Drop::shutdown, result.lost);
  node_.queued = result.kept;
  node_.in_flight = 0;
  wake_lanes();
  return result;
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
  return waiting_locked() == 0;
}

// Rows of a spill queue that are in memory go to disk at the end.
bool Backlog::safe() const {
  const std::lock_guard lock(mutex_);
  return spool() && spool()->written();
}

void Backlog::update_gauges_locked() {
  if (ended_) return;
  node_.queued = waiting_locked();
  node_.in_flight = in_flight_;
  node_.queue_bytes = queue_.bytes() + (spool() ? spool()->bytes() : 0);
  const std::int64_t on_disk_ns = spool() ? spool()->oldest_ns() : 0;
  node_.oldest_ns = queue_.empty() ? on_disk_ns : queue_.front().queued_ns;
}

}  // namespace weir::pipeline
