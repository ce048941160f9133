#pragma once

// When the aggregators' windows end: a timer, and the push of what they made into their lane.
//
// Threads  Control functions by one thread; pushes run on the workers, one at a time with the lanes.

#include <atomic>
#include <memory>
#include <mutex>

#include "core/pipeline/aggregate_stage.hpp"

namespace weir::pipeline {

class Windows {
 public:
  Windows(const Services& services, std::shared_ptr<Lane> lane)
      : services_(services), lane_(std::move(lane)) {}

  // Whose windows end from now on; nullptr: nobody's.
  void use(std::shared_ptr<AggregateStage> stage);
  // No more windows end by themselves.
  void stop();
  // All windows end now; pushed() tells when that is done. After stop().
  void push_all();
  [[nodiscard]] bool pushed() const { return pushed_; }

 private:
  void arm();
  void push(bool all);

  const Services services_;
  const std::shared_ptr<Lane> lane_;
  std::atomic<bool> pushed_{false};
  std::mutex mutex_;
  // Guarded by mutex_:
  std::shared_ptr<AggregateStage> stage_;
  Timers::Id timer_{0};
  bool stopped_{false};
  TaskGroup tasks_;  // The last member: its tasks use the others.
};

}  // namespace weir::pipeline
