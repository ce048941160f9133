#pragma once

// One output: its filters, its bounded queue, its sender.
//
// The way of a row: offer() on the lane selects and (where the output changes rows) copies and edits them, and
// queues them; the sender takes at most metric_batch_size rows at a time, serializes them if the plugin wants
// bytes, and writes. What the plugin answers decides: gone, later again (exponential back-off with full
// jitter), smaller pieces (a bad record is bisected out), or dropped with a reason.
//
// Flush    When a full batch waits; every flush_interval plus jitter; on flush(); when a lane waits for room.
// Threads  offer() from any lane. One write at a time, on the blocking pool if the plugin MAY_BLOCK; a plugin
//          that answers WEIR_ASYNC completes from any thread.
// Limits   metric_buffer_limit rows and a share of the memory budget; what happens beyond is the overflow
//          policy's.

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/pipeline/capture.hpp"
#include "core/pipeline/filter.hpp"
#include "core/pipeline/serializer.hpp"
#include "core/pipeline/shared_format.hpp"
#include "core/pipeline/stage.hpp"
#include "core/queue/memory_queue.hpp"

namespace weir::pipeline {

class Output final : public HostCalls {
 public:
  static std::unique_ptr<Output> make(const Services& services,
                                      const config::OutputSettings& settings,
                                      const config::AgentSettings& agent, std::uint64_t share_bytes,
                                      Instance::Refusal& why);
  ~Output() override;

  // Starts the plugin, again and again in the background until it works; flushes begin.
  void begin();
  // The same, once and now. OK, or why not.
  Status begin_now();

  enum class Offer : std::uint8_t { taken, hold };
  // Takes the parcel's rows that are meant for this output. hold: nothing was taken, the lane is woken.
  Offer offer(const queue::Parcel& parcel, Lane& lane);

  // Writes all that is queued now, whatever the flush interval says.
  void flush();
  // From now on nothing waits: no lane is held for longer than the output makes progress.
  void begin_drain();
  // Nothing queued and nothing in flight.
  [[nodiscard]] bool idle() const;
  // Ends the flushes, counts what is left as dropped{shutdown}, stops the plugin.
  void end(std::int64_t deadline_ns);

  [[nodiscard]] Instance& instance() { return *instance_; }
  [[nodiscard]] Serializer* serializer() { return serializer_.get(); }
  // The format that it may share with other outputs; nullptr when it has to serialize for itself.
  [[nodiscard]] const config::FormatSettings* shareable() const;
  // Before begin(). format outlives the output.
  void share(SharedFormat& format) { shared_format_ = &format; }
  [[nodiscard]] SharedFormat* shared_format() { return shared_format_; }
  // Where its writes run.
  [[nodiscard]] Executor& executor() const;
  [[nodiscard]] bool started() const;

  // HostCalls
  weir_status emit(weir_buf& buf, const weir_emit& what) override;
  void report(std::uint64_t delivery, const weir_bad& bad) override;
  void complete(std::uint64_t delivery, const weir_result& result) override;
  void set_document(bool on) override { document_ = on; }

 private:
  enum class State : std::uint8_t { stopped, starting, idle, writing, backing_off, refused };
  struct Completion {
    weir_status status;
    weir_err err;
    std::uint64_t rejected;
  };
  // Rows with the plugin: all of pieces in turn, the first one now.
  struct Flight {
    std::deque<queue::Parcel> pieces;
    std::uint32_t attempt{1};
  };

  Output(const Services& services, const config::OutputSettings& settings,
         const config::AgentSettings& agent, std::uint64_t share_bytes, Select select,
         Modify modify);

  // offer
  queue::Parcel prepare(const queue::Parcel& parcel, std::uint32_t& selected) const;
  bool must_hold(bool has_tokens) const;
  void hold(Lane& lane);
  static std::uint64_t lose(const queue::Parcel& rows);
  void accept(queue::Parcel rows, std::uint32_t offered, std::uint32_t selected);
  void push_newest(queue::Parcel rows);
  void join_small_tail();

  // sender; those with _locked want mutex_ held
  void start_plugin();
  void started_or_retry(weir_status status, const weir_err& err);
  void kick_locked();
  [[nodiscard]] bool wants_write_locked() const;
  void load_flight_locked();
  queue::Parcel take_batch_locked();
  void write_some();
  bool write_one();
  weir_status serialize(weir_delivery& delivery, const queue::Parcel& shared, weir_err& err);
  bool take_shared(weir_delivery& delivery, const queue::Parcel& shared);
  bool returned(weir_status status, const weir_err& err);
  bool finish(weir_status status, const weir_err& err, std::uint64_t rejected);
  void settle_locked(weir_status status, const weir_err& err, std::uint64_t rejected);
  void delivered_locked(std::uint64_t rejected);
  void split_locked(const weir_err& err);
  void drop_piece_locked(metrics::Drop reason);
  void back_off_locked(std::int64_t at_least_ns);
  void arm_flush_timer();
  void wake_lanes();
  void update_gauges_locked();

  const Services services_;
  const config::OutputSettings& settings_;
  const std::int64_t flush_interval_ns_, flush_jitter_ns_;
  const Select select_;
  const Modify modify_;
  const Rename rename_;
  std::unique_ptr<Instance> instance_;
  std::unique_ptr<Serializer> serializer_;
  SharedFormat* shared_format_{nullptr};
  std::shared_ptr<const queue::Serialized> shared_bytes_;  // Of the open delivery, and where its
  std::vector<std::uint32_t> shared_ends_;                 // rows end; the sender's own.
  bool document_{false};
  std::uint64_t unwritable_{
      0};  // Rows of the current piece that the serializer refused; the sender's own.

  alignas(64) mutable std::mutex mutex_;
  // Guarded by mutex_:
  queue::MemoryQueue queue_;
  Flight flight_;
  std::deque<queue::Parcel> given_up_;  // What was with the plugin when the end came.
  std::uint64_t flight_rows_{0};
  std::uint64_t flush_rows_{
      0};  // How many rows are still to be written whatever the batch size says.
  State state_{State::stopped};
  bool draining_{false}, ending_{false};
  std::uint32_t failures_{0};
  std::int64_t last_progress_ns_{0};
  std::int64_t write_begun_ns_{0};  // Of the open delivery.
  std::uint64_t next_delivery_{1}, open_delivery_{0};
  bool calling_{false};              // The plugin's write has not returned.
  std::optional<Completion> early_;  // It completed before it returned.
  std::vector<std::weak_ptr<Lane>> held_;
  Timers::Id flush_timer_{0}, retry_timer_{0}, hold_timer_{0};
};

// The last stage of every road: each row to each output that selects it.
class FanOut final : public Stage {
 public:
  // formats: how many formats outputs share.
  FanOut(std::vector<Output*> outputs, std::size_t formats)
      : outputs_(std::move(outputs)), formats_(formats) {}
  Outcome run(Job& job, std::vector<queue::Parcel>& out, Lane& lane) override;

 private:
  const std::vector<Output*> outputs_;
  const std::size_t formats_;
};

}  // namespace weir::pipeline
