#pragma once

// Where records go that an output will never take: to a queue on disk of their own, each batch with the reason,
// from where `weir queue` shows them and sends them again; or to another output.
//
// Threads  take() from any thread.
// Limits   max_bytes of the output's delivery; a letter for which there is no room is dropped and counted.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "core/pipeline/instance.hpp"
#include "core/queue/disk_queue.hpp"

namespace weir::pipeline {

struct Letter {
  queue::Parcel rows;
  metrics::Drop otherwise;  // What they count as where nobody takes them.
  std::string reason;       // For a person.
  std::uint32_t attempts;
  std::int64_t first_ns, last_ns;  // Of the first and the last attempt, by the wall clock.
};

class DeadLetters {
 public:
  DeadLetters() = default;
  DeadLetters(const DeadLetters&) = delete;
  DeadLetters& operator=(const DeadLetters&) = delete;
  virtual ~DeadLetters() = default;
  // False: it could not be kept, and the log says why.
  virtual bool take(const Letter& letter) = 0;
};

// Opens its queue with the first letter.
class DiskLetters final : public DeadLetters {
 public:
  DiskLetters(const Services& services, const config::OutputSettings& settings, Instance& instance)
      : services_(services), settings_(settings), log_(instance.log()) {}
  bool take(const Letter& letter) override;

 private:
  bool open_locked(std::string& why);
  bool store_locked(const Letter& letter, std::string& why);
  [[nodiscard]] std::string note_of(const Letter& letter) const;

  const Services services_;
  const config::OutputSettings settings_;  // A copy: it may outlive the output that made it.
  const Logger log_;
  std::mutex mutex_;
  std::unique_ptr<queue::DiskQueue> disk_;  // Guarded by mutex_.
};

}  // namespace weir::pipeline
