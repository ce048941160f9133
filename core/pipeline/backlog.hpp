#pragma once

// What waits for one output: its bounded queue in memory, on disk or both, and what happens when it is full.
//
// Kinds     memory; disk: every row goes to disk (spool.hpp) before the sender gets it; spill: rows go to disk when
//           memory is full, and behind what is on disk.
// Overflow  wait: the lane is held as long as the output made progress within overflow_wait, then the oldest rows go;
//           block: held for ever; drop_oldest, drop_newest: as they say. Rows whose source waits for an
//           acknowledgement are never dropped for overflow: their lane is held instead.
// Threads   put() from any lane; take() and settled() from the sender; all of it is guarded by one mutex.
// Limits    metric_buffer_limit rows in memory, those in flight included, and a share of the memory budget; on disk
//           max_bytes.

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "core/pipeline/instance.hpp"
#include "core/pipeline/spool.hpp"
#include "core/pipeline/stage.hpp"
#include "core/queue/memory_queue.hpp"

namespace weir::pipeline {

class Backlog {
 public:
  Backlog(const Services& services, const config::OutputSettings& settings, Instance& instance,
          std::uint64_t share_bytes, std::unique_ptr<Spool> given);
  Backlog(const Backlog&) = delete;
  Backlog& operator=(const Backlog&) = delete;
  ~Backlog() {
    tasks_.close();
    own_spool_.reset();  // Its tasks use all the rest.
  }

  // Told, without any lock, when there may be something to write: now, or when ready() is called.
  void set_on_ready(std::function<void()> on_ready);
  void ready() const;
  // Another output, or other settings, take it over with all that waits. given: a spool opened for them; empty where there is
  // one already, or none is wanted.
  void adopt(const config::OutputSettings& settings, std::uint64_t share_bytes,
             std::unique_ptr<Spool> given);
  [[nodiscard]] bool has_spool() const { return spool() != nullptr; }
  // Of what take() gave: rows that another one is to send.
  void give_back(std::vector<queue::Parcel> rows);

  // Rows that a lane brings. offered of them came to the output; selected passed its filter.
  struct Arrival {
    queue::Parcel rows;  // No block: none passed, or (selected != 0) there was no memory for them.
    std::uint32_t offered{0}, selected{0};
  };
  enum class Put : std::uint8_t {
    taken,
    due,   // Taken, and wants_write().
    held,  // Nothing was taken: the lane is woken when it is worth trying again, and what waits has to be written.
  };
  // lane: nullptr = nobody can wait; where there is no room, older rows give way, or these.
  Put put(Arrival arrival, Lane* lane);

  // Is there a full batch, or something that is to be written whatever the batch size says?
  [[nodiscard]] bool wants_write() const;
  // Before take(): reads from disk what the next batch needs. One thread at a time.
  void refill();
  // One block of at most metric_batch_size rows, which are in flight from now on; no block: nothing waits.
  queue::Parcel take();
  // Rows in flight have come to an end. progress: the output took some.
  void settled(const queue::Parcel& rows, bool progress);
  // Lets go on disk what was settled, and wakes lanes that were held. Without any lock: it may wait for the disk.
  void after_settling() {
    if (spool() != nullptr) forget_settled();
    wake_lanes();
  }
  // The output works from now on, or is about to: lanes wait for it.
  void expect_progress();

  // All that waits now is to be written.
  void flush();
  // From now on everything is to be written, and no lane waits for longer than the output makes progress.
  void begin_drain();
  // What becomes of the rest at the end.
  struct Left {
    std::uint64_t lost{0};  // Counted as dropped{shutdown}.
    std::uint64_t kept{0};  // On disk.
  };
  // Takes no more. in_flight: rows that the sender gives up.
  Left end(const std::vector<queue::Parcel>& in_flight);
  // Lanes that were held try again.
  void wake_lanes();

  [[nodiscard]] bool empty() const;
  // Nothing would be lost if it ended now: all of it is on disk, or goes there at the end.
  [[nodiscard]] bool safe() const;

 private:
  void put_back_locked(queue::Parcel rows);
  [[nodiscard]] bool wants_write_locked() const;
  [[nodiscard]] bool must_hold_locked(bool has_tokens) const;
  void hold_locked(Lane& lane);
  [[nodiscard]] bool goes_to_disk_locked(std::uint64_t rows, std::uint64_t bytes) const;
  [[nodiscard]] std::uint64_t waiting_locked() const;
  void accept_locked(Arrival arrival, bool to_disk);
  void join_small_tail_locked();
  void drop_expired_locked();
  void forget_settled();
  void update_gauges_locked();
  [[nodiscard]] Spool* spool() const { return spool_.load(std::memory_order_acquire); }
  void connect_spool();
  void note_from_disk_locked(const queue::Parcel& rows, bool settled);
  static std::uint64_t abandon(const queue::Parcel& rows);

  const Services services_;
  metrics::Node& node_;
  const Logger log_;
  std::unique_ptr<Spool> own_spool_;  // Guarded by mutex_.
  std::atomic<Spool*> spool_;         // Of a queue on disk. Once there it stays.

  mutable std::mutex mutex_;
  // Guarded by mutex_:
  std::uint64_t batch_rows_;
  config::DeliverySettings delivery_;
  std::function<void()> on_ready_;
  queue::MemoryQueue queue_;
  std::uint64_t in_flight_{0};
  std::uint64_t flush_rows_{0};  // So many are to be written whatever the batch size says.
  struct FromDisk {              // A batch that was taken from disk.
    std::uint64_t record_end, rows;
    bool settled;
    [[nodiscard]] std::uint64_t begin() const { return record_end - rows; }
  };
  std::deque<FromDisk> from_disk_;
  std::uint64_t last_settled_{0}, told_done_{0};
  std::int64_t last_progress_ns_{0};
  std::vector<std::weak_ptr<Lane>> held_;
  Timers::Id hold_timer_{0};
  bool draining_{false}, ended_{false};
  TaskGroup tasks_;  // The last member: its tasks use the others.
};

}  // namespace weir::pipeline
