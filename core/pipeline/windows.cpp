#include "core/pipeline/windows.hpp"

#include <algorithm>
#include <utility>

namespace weir::pipeline {

void Windows::use(std::shared_ptr<AggregateStage> stage) {
  {
    const std::lock_guard lock(mutex_);
    stage_.swap(stage);
  }
  arm();
}

void Windows::arm() {
  const std::lock_guard lock(mutex_);
  services_.timers.cancel(timer_);
  if (stopped_ || !stage_) return;
  const std::int64_t wait = stage_->next_end_ns() - services_.clock.wall_ns();
  timer_ = services_.timers.at(
      services_.clock.steady_ns() + std::max<std::int64_t>(wait, 0),
      tasks_.wrap([this] { services_.workers.post(tasks_.wrap([this] { push(false); })); }));
}

void Windows::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  services_.timers.cancel(timer_);
}

void Windows::push_all() {
  services_.workers.post(tasks_.wrap([this] { push(true); }));
}

// Runs on a worker; tries again when the stage is busy with a lane.
void Windows::push(bool all) {
  std::shared_ptr<AggregateStage> stage;
  {
    const std::lock_guard lock(mutex_);
    stage = stage_;
  }
  const auto retry =
      tasks_.wrap([this, all] { services_.workers.post(tasks_.wrap([this, all] { push(all); })); });
  if (stage && !stage->push_due(services_.clock.wall_ns(), all, *lane_, retry)) return;
  if (all) {
    pushed_ = true;
  } else {
    arm();
  }
}

}  // namespace weir::pipeline
