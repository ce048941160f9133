#pragma once

// The road of a batch: lanes carry parcels through stages, to completion, on one thread at a time.
//
// A lane is one ordered stream of one input. Its parcels wait in a bounded line; the front one is taken through
// the stages of the road. A stage that is busy with another lane, or an output queue that has no room, parks
// the lane: no thread waits, the stage wakes the lane later, and the parcel goes on where it stopped.
//
// Roads    A road never changes. A lane can be given another one at any time: the parcel under way finishes on the
//          road it began with, the next one takes the new road. A road lives as long as somebody is on it, or may
//          still take it (docs/decisions/0009-roads.md).
// Threads  A lane runs on at most one thread at a time; push() and wake() may come from any thread.
// Order    Parcels of a lane stay in order, also those that a stage makes out of one.
// Limits   Lane::parcels_max parcels wait in a lane before its input is told to wait.

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "core/base/executor.hpp"
#include "core/queue/parcel.hpp"

namespace weir::pipeline {

class Lane;

// A parcel on its way, and how far it is.
struct Job {
  queue::Parcel parcel;
  std::uint32_t step{0};    // Index into its road.
  std::uint32_t resume{0};  // The stage's own note of how far it came with this parcel.
};

class Stage {
 public:
  virtual ~Stage() = default;
  enum class Outcome : std::uint8_t {
    done,    // out holds what goes on.
    parked,  // Nothing was consumed; the stage wakes the lane.
  };
  virtual Outcome run(Job& job, std::vector<queue::Parcel>& out, Lane& lane) = 0;
};

// One user at a time; who comes second is woken when the first has left.
class Gate {
 public:
  // False: taken; wake is called when it is worth trying again.
  bool try_enter(std::function<void()> wake);
  void leave();

 private:
  std::mutex mutex_;
  bool taken_{false};                          // Guarded by mutex_.
  std::deque<std::function<void()>> waiters_;  // Guarded by mutex_.
};

using Road = std::vector<std::shared_ptr<Stage>>;
using RoadRef = std::shared_ptr<const Road>;

class Lane : public std::enable_shared_from_this<Lane> {
 public:
  static constexpr std::uint32_t parcels_max = 4;

  // on_room: called (from the lane's thread) when the lane came below its limit again.
  Lane(std::uint32_t id, RoadRef road, Executor& workers, std::function<void()> on_room);

  [[nodiscard]] std::uint32_t id() const { return id_; }
  void push(queue::Parcel parcel);
  // From the next parcel on.
  void use(RoadRef road);
  // What the lane was parked for may have come: it tries again.
  void wake();
  [[nodiscard]] bool full() const {
    return waiting_.load(std::memory_order_relaxed) >= parcels_max;
  }
  [[nodiscard]] bool idle() const { return waiting_.load(std::memory_order_acquire) == 0; }
  // Rows of parcels that no stage has begun with, or that are parked.
  [[nodiscard]] std::uint64_t rows_waiting();
  // Someone waits for room: on_room is owed.
  void want_room() { wants_room_.store(true, std::memory_order_release); }

 private:
  enum class State : std::uint8_t { idle, scheduled, running, parked, woken };
  void schedule();
  void run();
  bool take_from_inbox();
  bool step();
  bool woken_meanwhile();
  void finish_one();

  const std::uint32_t id_;
  Executor& workers_;
  const std::function<void()> on_room_;
  // What the input's thread writes, too.
  alignas(64) std::atomic<std::uint32_t> waiting_{0};
  std::atomic<bool> wants_room_{false};
  std::mutex mutex_;
  // Guarded by mutex_:
  State state_{State::idle};
  std::deque<Job> inbox_;
  RoadRef newest_;  // Until a parcel takes it; empty: it is road_.
  // Only the running thread: what the front parcel became, and scratch.
  alignas(64) std::deque<Job> jobs_;
  RoadRef road_;  // Of the jobs.
  std::vector<queue::Parcel> made_;
};

}  // namespace weir::pipeline
