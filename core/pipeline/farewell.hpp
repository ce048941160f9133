#pragma once

// What a reload took off the road, until it is gone: each part ends when nobody is on the way to it any more, or when
// its time is up.
//
// Inputs       are stopped when the batches that they wait to hear of are settled; they go when their lanes are empty.
// Processors   are stopped when the last parcel has left the old road.
// Aggregators  the same; what their windows hold goes down the new road first.
// Outputs      write what they hold; the rest is kept on disk, or counted. One that was taken over only finishes what
//              is with its plugin, and hands it over when its time is up.
// A part whose plugin hangs stays for ever: the process ends without it.
//
// Threads  Control functions by one thread; add_to() by any. Ends run on the blocking pool.

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "core/pipeline/graph.hpp"

namespace weir::pipeline {

// Parts of a pipeline, wherever they are.
struct Parts {
  std::vector<std::shared_ptr<Input>> inputs;
  std::vector<std::shared_ptr<Output>> outputs;
  std::vector<std::shared_ptr<ProcessorStage>> processors;
  std::vector<std::shared_ptr<Aggregator>> aggregators;
};

class Farewell {
 public:
  // lane: where aggregates go.
  Farewell(const Services& services, std::shared_ptr<Lane> lane)
      : services_(services), lane_(std::move(lane)) {}

  void take(std::shared_ptr<Input> input, std::int64_t deadline_ns);
  void take(std::shared_ptr<Output> output, bool taken_over, std::int64_t deadline_ns);
  void take(std::shared_ptr<ProcessorStage> processor);
  void take(std::shared_ptr<Aggregator> aggregator);

  // To be called a few times a second: ends what may end, lets go what has ended.
  void tend();
  // What has a deadline has passed it; outputs that were taken over hand back at once.
  void hurry();
  // The outputs with a queue on disk of these names pass their deadline: the queues are wanted. False when none of
  // them is here (any more).
  bool hurry(const std::vector<std::string>& queues);
  // Nothing is left but what hangs.
  [[nodiscard]] bool empty() const;
  // No output has anything left to write, and no lane of an input is at work.
  [[nodiscard]] bool settled() const;

  void add_to(Parts& parts) const;

 private:
  enum class Step : std::uint8_t { waiting, ending, ended };
  struct Guest {  // One of the four.
    std::shared_ptr<Input> input;
    std::shared_ptr<Output> output;
    std::shared_ptr<ProcessorStage> processor;
    std::shared_ptr<Aggregator> aggregator;
    bool taken_over{false};
    std::int64_t deadline_ns{INT64_MAX};
    std::shared_ptr<std::atomic<Step>> step{std::make_shared<std::atomic<Step>>(Step::waiting)};

    [[nodiscard]] Instance& instance() const;
    [[nodiscard]] bool alone() const;
    [[nodiscard]] bool may_end(bool late) const;
    [[nodiscard]] bool may_go() const;
  };
  void take(Guest guest);
  void end(const Guest& guest) const;

  const Services services_;
  const std::shared_ptr<Lane> lane_;
  mutable std::mutex mutex_;
  std::vector<Guest> guests_;  // Guarded by mutex_; changed by the control thread alone.
};

}  // namespace weir::pipeline
