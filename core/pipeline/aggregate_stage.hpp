#pragma once

// Aggregators: copies of the rows go into windows, aggregates come out when a window closes.
//
// Window  [start, end], aligned to period with round_interval; a row is taken when start - grace <= t <= end +
//         delay. At end the aggregates are pushed and the next window begins. Rows outside are counted as
//         dropped{outside_window} by the aggregator; with drop_original they are gone, as in Telegraf.
// Order   Select on the row as it is, then Modify on a copy, then the window.
// Threads One lane or push at a time per aggregator stage; others are parked.

#include <memory>
#include <vector>

#include "core/pipeline/capture.hpp"
#include "core/pipeline/filter.hpp"
#include "core/pipeline/stage.hpp"

namespace weir::pipeline {

class Aggregator {
 public:
  static std::unique_ptr<Aggregator> make(const Services& services,
                                          const config::AggregatorSettings& settings,
                                          Instance::Refusal& why);

  // The first window around now.
  void begin(std::int64_t now_ns, bool aligned);
  [[nodiscard]] std::int64_t window_end_ns() const { return end_ns_; }
  // Adds the rows that belong here. Clears the bits of rows whose originals are to go.
  void add(const queue::Parcel& parcel, std::vector<std::uint64_t>& originals);
  // Closes the window: what was emitted, named and tagged; then the next window.
  std::vector<queue::Parcel> push(std::int64_t now_ns);

  [[nodiscard]] Instance& instance() { return *instance_; }
  [[nodiscard]] bool drops_originals() const { return settings_.drop_original; }

 private:
  Aggregator(const Services& services, const config::AggregatorSettings& settings, Select select,
             Modify modify);
  std::uint32_t select_window(queue::Parcel& copy) const;
  void deliver(queue::Parcel& copy);
  void next_window(std::int64_t now_ns);

  const Services services_;
  const config::AggregatorSettings& settings_;
  const Select select_;
  const Modify modify_;
  const Rename rename_;
  CaptureCalls calls_;
  std::unique_ptr<Instance> instance_;
  std::int64_t start_ns_{0}, end_ns_{0};
};

class AggregateStage final : public Stage {
 public:
  AggregateStage(std::vector<std::unique_ptr<Aggregator>> aggregators, metrics::Node& node)
      : aggregators_(std::move(aggregators)), node_(node) {}
  Outcome run(Job& job, std::vector<queue::Parcel>& out, Lane& lane) override;

  // Closes windows that have ended (all = every one); aggregates go into the lane. False: busy, retry is called
  // when it is worth trying again.
  bool push_due(std::int64_t now_ns, bool all, Lane& lane, const std::function<void()>& retry);
  [[nodiscard]] std::int64_t next_end_ns() const;
  [[nodiscard]] std::vector<std::unique_ptr<Aggregator>>& aggregators() { return aggregators_; }

 private:
  std::vector<std::unique_ptr<Aggregator>> aggregators_;
  metrics::Node& node_;
  Gate gate_;
};

}  // namespace weir::pipeline
