#pragma once

// Aggregators: copies of the rows go into windows, aggregates come out when a window closes.
//
// Window  [start, end], aligned to period with round_interval; a row is taken when start - grace <= t <= end +
//         delay. At end the aggregates are pushed and the next window begins. Rows outside are counted as
//         dropped{outside_window} by the aggregator; with drop_original they are gone, as in Telegraf.
// Acks    A row that goes on by itself is acknowledged without its aggregate. With drop_original the row's source waits until
//         the aggregates of the window are safe.
// Order   Select on the row as it is, then Modify on a copy, then the window.
// Threads One lane or push at a time, also where two stages share aggregators (a reload leaves those alone that did
//         not change); others are parked.

#include <atomic>
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
                                          Instance::Refusal& why, metrics::Node* node = nullptr);

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
  std::int64_t start_ns_{0};
  std::atomic<std::int64_t> end_ns_{0};  // Read by the timer, too.
  // Of rows whose originals are gone: their sources wait for the window\'s aggregates.
  std::vector<std::shared_ptr<queue::Token>> tokens_;
};

class AggregateStage final : public Stage {
 public:
  // gate: of all stages that share an aggregator.
  AggregateStage(std::vector<std::shared_ptr<Aggregator>> aggregators, std::shared_ptr<Gate> gate,
                 metrics::Node& node)
      : aggregators_(std::move(aggregators)), gate_(std::move(gate)), node_(node) {}
  Outcome run(Job& job, std::vector<queue::Parcel>& out, Lane& lane) override;

  // Closes windows that have ended (all = every one); aggregates go into the lane. False: busy, retry is called
  // when it is worth trying again.
  bool push_due(std::int64_t now_ns, bool all, Lane& lane, const std::function<void()>& retry);
  // Of the first window to end.
  [[nodiscard]] std::int64_t next_end_ns() const;

 private:
  const std::vector<std::shared_ptr<Aggregator>> aggregators_;
  const std::shared_ptr<Gate> gate_;
  metrics::Node& node_;
};

}  // namespace weir::pipeline
