#pragma once

// The part of an output's backlog that lies on disk: rows come in on lanes, are written by a task of the spool's own,
// and are read again by the sender.
//
//   push() ─► intake (memory) ─► writer ─► DiskQueue ─► take()
//
// Durability  A row's source is told that it is safe when the row is in the DiskQueue: with durability `process` at
//             once, with `power` when the next commit succeeded, at most commit_interval later.
// Full        When the DiskQueue is full (max_bytes, or the disk), the intake fills up, and what then happens is the
//             backlog's overflow policy. Where that drops the oldest, these are on the disk: the writer drops them.
// Threads     push() and its kind from any; take() by one at a time; the writer is one task on the blocking pool.
// Limits      The intake holds the output's share of the budget; the rest is bounded by max_bytes.

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/task_group.hpp"
#include "core/pipeline/instance.hpp"
#include "core/queue/disk_queue.hpp"
#include "core/queue/memory_queue.hpp"

namespace weir::pipeline {

class Spool {
 public:
  struct Parts {
    const Services& services;
    const config::OutputSettings& settings;
    Instance& instance;
    std::unique_ptr<queue::DiskQueue> disk;
    std::uint64_t share_bytes;
  };
  // Opens the output's queue in the state directory; an empty pointer where it cannot be, and why. Counts what waits
  // there as created.
  static std::unique_ptr<Spool> open(const Services& services,
                                     const config::OutputSettings& settings, Instance& instance,
                                     std::uint64_t share_bytes, std::string& why);
  explicit Spool(Parts parts);
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;
  ~Spool() = default;

  // From now on these settings hold, but for the size of the queue on disk, which is that of its opening.
  void adopt(const config::OutputSettings& settings, std::uint64_t share_bytes);
  // Told, without any lock, when something was written, or there is room again. Before the first push().
  void set_on_change(std::function<void()> on_change) { on_change_ = std::move(on_change); }

  // Is there room in memory for these until they are written?
  [[nodiscard]] bool fits(std::uint64_t rows, std::uint64_t bytes) const;
  void push(queue::Parcel rows);
  // When the disk is full: may the writer drop the oldest rows for new ones now?
  using MayDrop = std::function<bool(bool has_tokens)>;
  void set_may_drop(MayDrop may_drop) { may_drop_ = std::move(may_drop); }

  // The next rows, to be given to the plugin; record_end tells settled() where they end. No block: none waits.
  queue::Parcel take();
  // Every record below it has come to an end.
  void done(std::uint64_t record_end);

  // Rows that were not taken yet: in memory or on disk, and of those on disk.
  [[nodiscard]] std::uint64_t waiting() const;
  [[nodiscard]] std::uint64_t ready() const;
  [[nodiscard]] std::uint64_t bytes() const { return disk_->bytes(); }
  // When what waits longest was queued; 0 = nothing does.
  [[nodiscard]] std::int64_t oldest_ns() const { return disk_->oldest_ns(); }
  // Nothing is on its way to the disk.
  [[nodiscard]] bool written() const;

  // Writes what is still in memory, with rows that never were on disk before it. Returns how many could not be.
  std::uint64_t end(std::vector<queue::Parcel> unwritten);
  // What stays on disk.
  [[nodiscard]] std::uint64_t records() const { return disk_->records(); }

 private:
  using Tokens = std::vector<std::shared_ptr<queue::Token>>;
  struct Unsynced {
    Tokens tokens;
    std::uint64_t upto;
  };
  enum class Written : std::uint8_t { yes, no_more, later };

  [[nodiscard]] std::uint64_t ready_locked() const;
  void count_skipped_locked();
  void kick_locked();
  void write_some();
  Written write_one();
  queue::Parcel next_locked();
  bool store(queue::Parcel& rows);
  queue::DiskQueue::Append append(const queue::Parcel& rows);
  void stored(queue::Parcel& rows);
  void wait_and_try_again();
  void arm_commit_locked();
  void commit();

  const Services services_;
  metrics::Node& node_;
  const Logger log_;
  const std::unique_ptr<queue::DiskQueue> disk_;
  std::function<void()> on_change_;
  MayDrop may_drop_;

  mutable std::mutex mutex_;
  // Guarded by mutex_:
  queue::MemoryQueue intake_;
  std::uint64_t entry_rows_{0};
  bool power_{false};
  std::int64_t commit_interval_ns_{0};
  std::uint64_t writing_rows_{0};  // Between intake and disk.
  std::int64_t untaken_{0};        // On disk; for a moment too few, while one is stored and taken.
  std::uint64_t skipped_{0};       // Of which the ledger knows.
  bool writer_runs_{false}, ended_{false};
  std::deque<Unsynced> unsynced_;
  Timers::Id retry_timer_{0}, commit_timer_{0};
  bool commit_runs_{false};
  TaskGroup tasks_;
};

}  // namespace weir::pipeline
