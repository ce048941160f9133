#pragma once

// One input: its plugin, its lanes, its schedule.
//
// Schedule  Telegraf's: the first gather at the next multiple of interval (round_interval) plus offset, each one
//           later by a random part of jitter; a gather that is still running when the next is due is said and
//           counted, and that tick is skipped.
// Credit    A lane takes Lane::parcels_max batches; then, or when the inputs' part of the budget is spent, a
//           buffer is refused and the input resumed later. The first batch of a gather may overshoot, but a
//           gather whose lane is full is skipped.
// Threads   Gathers run on the workers, or on the blocking pool if the plugin MAY_BLOCK.

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>

#include "core/pipeline/input_stage.hpp"
#include "core/pipeline/parse_stage.hpp"

namespace weir::pipeline {

class Input final : public HostCalls {
 public:
  // The settings outlive the input. before: the one whose place in the ledger it takes.
  static std::unique_ptr<Input> make(const Services& services,
                                     const config::InputSettings& settings,
                                     const config::Settings& all, Instance::Refusal& why,
                                     const Input* before = nullptr);
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input() override;

  // rest: the stages behind the input's own. At any time; holds from each lane's next parcel on.
  void use_road(const Road& rest);
  // Starts the plugin; service inputs emit from now on. On failure: tried again in the background, unless
  // startup_error_behavior says otherwise.
  Status begin();
  // Gathers on schedule.
  void schedule();
  // Gathers once, now; done is called when the gather came back.
  void gather_once(std::function<void(bool ok)> done);
  // The plugin is told that stop comes; no more gathers begin. hurry: calls that wait for a buffer wait no longer;
  // else they may, as the lanes go on. May come again with more hurry.
  void quiesce(bool hurry);
  // Stops the plugin. abandoned, and said so, when its call does not come back.
  void end(std::int64_t deadline_ns);
  // No gather runs (or only one that was given up) and no lane has work.
  [[nodiscard]] bool idle() const;
  [[nodiscard]] bool lanes_idle() const;
  // The plugin said, or would not be asked again, that it cannot start.
  [[nodiscard]] bool refused() const { return refused_; }
  // Batches whose source waits to hear of them.
  [[nodiscard]] std::int64_t open_tokens() const { return *open_tokens_; }
  // A gather runs that may still come back.
  [[nodiscard]] bool gathering() const { return gathering_ && !instance_->hangs(); }
  // Rows that lanes have not begun with; what a hung stage holds back.
  [[nodiscard]] std::uint64_t rows_waiting() const;
  // Streams that were cut off are counted.
  void forget_sessions() {
    if (parse_) parse_->forget_sessions();
  }
  // The budget has room again.
  void on_budget_room();

  [[nodiscard]] Instance& instance() { return *instance_; }
  [[nodiscard]] ParseStage* parse_stage() { return parse_.get(); }
  // Where its gathers run.
  [[nodiscard]] Executor& executor() const;
  [[nodiscard]] bool polled() const;
  [[nodiscard]] const metrics::Node& metrics_node()
      const;  // Where metrics are counted: the parser's, if any.

  // HostCalls
  weir_status buf_get(std::uint32_t lane, std::uint64_t min, weir_buf& out) override;
  weir_status buf_wait(std::uint32_t lane, std::uint64_t min, weir_buf& out,
                       std::int64_t timeout_ns) override;
  weir_status emit(weir_buf& buf, const weir_emit& what) override;
  void report(std::uint64_t delivery, const weir_bad& bad) override;
  void lane_close(std::uint32_t lane) override;
  [[nodiscard]] bool cuts_stream() const override {
    return parse_ != nullptr && parse_->cuts_stream();
  }

 private:
  Input(const Services& services, const config::InputSettings& settings,
        const config::AgentSettings& agent);
  std::shared_ptr<Lane> lane_of(std::uint32_t id);
  void forget_closed_lanes();
  void resume(std::uint32_t lane);
  void tell_resumed(std::uint32_t lane);
  void begin_events();
  void end_events();
  bool has_credit(Lane& lane);

  void start_plugin();
  void arm(std::int64_t due_wall_ns);
  void tick(std::int64_t due_wall_ns);
  void start_gather(std::function<void(bool)> done);
  bool gather();

  const Services services_;
  const config::InputSettings& settings_;
  const std::int64_t interval_ns_, jitter_ns_, offset_ns_;
  const bool aligned_;
  std::shared_ptr<ParseStage> parse_;
  std::shared_ptr<InputStage> stage_;
  std::unique_ptr<Instance> instance_;

  std::atomic<bool> gathering_{false}, started_{false}, quiet_{false}, hurry_{false}, ended_{false};
  std::atomic<bool> first_of_gather_{false}, refused_{false};
  const std::shared_ptr<std::atomic<std::int64_t>> open_tokens_{
      std::make_shared<std::atomic<std::int64_t>>(0)};
  alignas(64) mutable std::mutex mutex_;
  std::condition_variable room_;
  RoadRef road_;                                          // Guarded by mutex_: of new lanes.
  std::map<std::uint32_t, std::shared_ptr<Lane>> lanes_;  // Guarded by mutex_.
  std::vector<std::uint32_t> owed_;       // Guarded by mutex_: lanes that were refused.
  std::vector<std::uint32_t> closed_;     // Guarded by mutex_: lanes to forget once idle.
  Timers::Id timer_{0}, retry_timer_{0};  // Guarded by mutex_.
  std::uint32_t start_failures_{0};
  // A plugin hears of room only between its start and its stop.
  std::mutex events_mutex_;
  enum class Events : std::uint8_t {
    later,
    now,
    never
  } events_{Events::later};               // Guarded by events_mutex_.
  std::vector<std::uint32_t> for_later_;  // Guarded by events_mutex_: lanes with room.
};

// When an aligned schedule gathers next: the first multiple of interval behind now, plus offset.
std::int64_t first_tick_ns(std::int64_t now_ns, std::int64_t interval_ns, std::int64_t offset_ns,
                           bool aligned);

// The rounding of an input's metrics: its own precision, else the agent's, else from the interval.
std::int64_t effective_precision_ns(const config::InputSettings& input,
                                    const config::AgentSettings& agent, bool polled);

}  // namespace weir::pipeline
