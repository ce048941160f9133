#pragma once

// One output: its filters, its backlog, its sender, its plugin.
//
// The way of a row: offer() on the lane selects and (where the output changes rows) copies and edits them, and hands
// them to the backlog (backlog.hpp); the sender (sender.hpp) takes at most metric_batch_size rows at a time, has them
// serialized if the plugin wants bytes (rendering.hpp), and writes.
//
// Flush    When a full batch waits; every flush_interval plus jitter; on flush(); when a lane waits for room.
// Threads  offer() from any lane. One write at a time, on the blocking pool if the plugin MAY_BLOCK; a plugin
//          that answers WEIR_ASYNC completes from any thread.

#include <memory>
#include <mutex>
#include <vector>

#include "core/pipeline/filter.hpp"
#include "core/pipeline/sender.hpp"

namespace weir::pipeline {

class Output final : public HostCalls {
 public:
  // before: the output of that name whose backlog, letters and place in the ledger this one is to have: take_over().
  static std::unique_ptr<Output> make(const Services& services,
                                      const config::OutputSettings& settings,
                                      const config::AgentSettings& agent, std::uint64_t share_bytes,
                                      Instance::Refusal& why, Output* before = nullptr);
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() override;

  // What waits for the one before is this one's from now on; that one finishes what is with its plugin, and what it
  // cannot finish comes back. Before begin().
  void take_over(Output& before);
  // The other way round: the one that had taken over is given up.
  void come_back(Output& after);
  // Its part of the memory for queues has changed.
  void set_share(std::uint64_t share_bytes);
  // Nothing is with its plugin.
  [[nodiscard]] bool sends_nothing() const { return sender_->idle(); }
  // Hands back what is with the plugin: the time is up. Only of one that was taken over.
  void give_back();
  // The name of its queue on disk; empty: it has none.
  [[nodiscard]] std::string disk_queue() const {
    return backlog_->has_spool() ? settings_.queue_name : std::string();
  }
  // The plugin said that its configuration is wrong.
  [[nodiscard]] bool refused() const;

  // Starts the plugin, again and again in the background until it works; flushes begin.
  void begin();
  // The same, once and now. OK, or why not.
  Status begin_now();

  enum class Offer : std::uint8_t { taken, hold };
  // Takes the parcel's rows that are meant for this output. hold: nothing was taken, the lane is woken.
  Offer offer(const queue::Parcel& parcel, Lane& lane);

  // Rows that another output gave up; never waits.
  void take_letter(const queue::Parcel& rows);
  // The alias of the output that takes what this one gives up; empty: none does.
  [[nodiscard]] const std::string& letters_to() const {
    return settings_.delivery.dead_letter_output;
  }
  // At any time.
  void send_letters_to(const std::shared_ptr<Output>& to) { other_letters_.set(to); }

  // Writes all that is queued now, whatever the flush interval says.
  void flush();
  // From now on nothing waits: no lane is held for longer than the output makes progress.
  void begin_drain();
  // Nothing queued and nothing in flight; or all of it is on disk, and the output does not get on.
  [[nodiscard]] bool idle() const;
  // Ends the flushes, counts what is left as dropped{shutdown}, stops the plugin.
  void end(std::int64_t deadline_ns);

  [[nodiscard]] Instance& instance() { return *instance_; }
  [[nodiscard]] Rendering& rendering() { return rendering_; }
  // The format that it may share with other outputs; nullptr when it has to serialize for itself.
  [[nodiscard]] const config::FormatSettings* shareable() const {
    return rendering_.shareable() && settings_.serializer ? &*settings_.serializer : nullptr;
  }
  // Where its writes run.
  [[nodiscard]] Executor& executor() const;
  [[nodiscard]] bool started() const;

  // HostCalls
  weir_status emit(weir_buf& buf, const weir_emit& what) override;
  void report(std::uint64_t delivery, const weir_bad& bad) override;
  void complete(std::uint64_t delivery, const weir_result& result) override;
  void set_document(bool on) override { rendering_.set_document(on); }

 private:
  enum class Life : std::uint8_t { made, starting, started, refused, leaving, ending };

  Output(const Services& services, const config::OutputSettings& settings,
         const config::AgentSettings& agent, Select select, Modify modify);

  // Dead letters that go to another output.
  struct OtherLetters final : DeadLetters {
    bool take(const Letter& letter) override {
      std::shared_ptr<Output> to;
      {
        const std::lock_guard lock(mutex);
        to = taker.lock();
      }
      if (to) to->take_letter(letter.rows);
      return to != nullptr;
    }
    void set(const std::shared_ptr<Output>& to) {
      const std::lock_guard lock(mutex);
      taker = to;
    }
    std::mutex mutex;
    std::weak_ptr<Output> taker;  // Guarded by mutex.
  };

  static DeadLetters* make_letters(Output& output, const Output* before);
  void step_aside();
  void listen_to_backlog();
  void end_backlog();
  queue::Parcel prepare(const queue::Parcel& parcel, std::uint32_t& selected) const;
  bool connect(Output* before, Instance::Refusal& why);
  void start_plugin();
  void started_or_retry(weir_status status, const weir_err& err);
  void arm_flush_timer();

  const Services services_;
  const config::OutputSettings& settings_;
  const std::int64_t flush_interval_ns_, flush_jitter_ns_;
  const Select select_;
  const Modify modify_;
  const Rename rename_;
  std::unique_ptr<Instance> instance_;
  Rendering rendering_;
  OtherLetters other_letters_;
  std::shared_ptr<DiskLetters> disk_letters_;
  std::shared_ptr<Backlog> backlog_;  // With the output before, and the one after.
  std::unique_ptr<Spool> spool_;      // Until take_over().
  std::uint64_t share_bytes_{0};
  std::unique_ptr<Sender> sender_;
  std::vector<queue::Parcel> given_up_;  // What was with the plugin when the end came.

  mutable std::mutex mutex_;
  // Guarded by mutex_:
  Life life_{Life::made};
  Life life_before_{Life::made};  // It left.
  bool taken_over_{false};        // The backlog is another output's.
  BackOff start_back_off_;
  Timers::Id flush_timer_{0}, start_timer_{0};
};

// The last stage of every road: each row to each output that selects it.
class FanOut final : public Stage {
 public:
  // formats: how many formats outputs share, and in which numbering of them.
  FanOut(std::vector<std::shared_ptr<Output>> outputs, std::size_t formats, std::uint64_t epoch)
      : outputs_(std::move(outputs)), formats_(formats), epoch_(epoch) {}
  Outcome run(Job& job, std::vector<queue::Parcel>& out, Lane& lane) override;

 private:
  const std::vector<std::shared_ptr<Output>> outputs_;
  const std::size_t formats_;
  const std::uint64_t epoch_;
};

}  // namespace weir::pipeline
