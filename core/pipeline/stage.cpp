#include "core/pipeline/stage.hpp"

#include <utility>

namespace weir::pipeline {

bool Gate::try_enter(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  if (taken_) {
    waiters_.push_back(std::move(wake));
    return false;
  }
  taken_ = true;
  return true;
}

void Gate::leave() {
  std::function<void()> next;
  {
    const std::lock_guard lock(mutex_);
    taken_ = false;
    if (waiters_.empty()) return;
    next = std::move(waiters_.front());
    waiters_.pop_front();
  }
  next();
}

Lane::Lane(std::uint32_t id, RoadRef road, Executor& workers, std::function<void()> on_room)
    : id_(id), workers_(workers), on_room_(std::move(on_room)), road_(std::move(road)) {}

void Lane::push(queue::Parcel parcel) {
  parcel.lane = id_;
  waiting_.fetch_add(1, std::memory_order_acq_rel);
  const std::lock_guard lock(mutex_);
  inbox_.push_back({std::move(parcel), 0, 0});
  if (state_ == State::idle) schedule();
}

// What the old road was the last owner of ends without the lock, on the caller's thread or on the lane's.
void Lane::use(RoadRef road) {
  const std::lock_guard lock(mutex_);
  if (state_ == State::idle) {
    road_.swap(road);
    newest_ = {};
  } else {
    newest_.swap(road);
  }
}

std::uint64_t Lane::rows_waiting() {
  const std::lock_guard lock(mutex_);
  std::uint64_t rows = 0;
  for (const Job& job : inbox_) rows += job.parcel.count();
  if (state_ != State::parked) return rows;  // Else jobs_ belongs to a running thread.
  for (const Job& job : jobs_) rows += job.parcel.count();
  return rows;
}

void Lane::wake() {
  const std::lock_guard lock(mutex_);
  if (state_ == State::parked) return schedule();
  if (state_ == State::running) state_ = State::woken;
}

// With mutex_ held.
void Lane::schedule() {
  state_ = State::scheduled;
  workers_.post([self = shared_from_this()] { self->run(); });
}

void Lane::run() {
  {
    const std::lock_guard lock(mutex_);
    state_ = State::running;
  }
  while (!jobs_.empty() || take_from_inbox()) {
    if (!step()) return;
  }
}

// False, and idle, when nothing waits.
bool Lane::take_from_inbox() {
  RoadRef old;
  const std::lock_guard lock(mutex_);
  if (newest_) old = std::exchange(road_, std::exchange(newest_, {}));
  if (inbox_.empty()) {
    state_ = State::idle;
    return false;
  }
  jobs_.push_back(std::move(inbox_.front()));
  inbox_.pop_front();
  return true;
}

// Takes the front job one stage further. False when the lane is parked.
bool Lane::step() {
  Job& job = jobs_.front();
  made_.clear();
  if (job.step < road_->size() &&
      (*road_)[job.step]->run(job, made_, *this) == Stage::Outcome::parked) {
    return woken_meanwhile();
  }
  const std::uint32_t next_step = job.step + 1;
  jobs_.pop_front();
  for (std::size_t i = made_.size(); i-- > 0;) {
    jobs_.push_front({std::move(made_[i]), next_step, 0});
  }
  made_.clear();
  if (jobs_.empty()) finish_one();
  return true;
}

// A wake may have come while the stage was still saying that it is busy.
bool Lane::woken_meanwhile() {
  const std::lock_guard lock(mutex_);
  const bool woken = state_ == State::woken;
  state_ = woken ? State::running : State::parked;
  return woken;
}

void Lane::finish_one() {
  const std::uint32_t left = waiting_.fetch_sub(1, std::memory_order_acq_rel) - 1;
  if (left < parcels_max / 2 && wants_room_.exchange(false, std::memory_order_acq_rel)) {
    on_room_();
  }
}

}  // namespace weir::pipeline
