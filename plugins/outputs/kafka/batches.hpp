#pragma once

// What became of the messages of the batches that are on their way, and of those that were not taken whole.
//
// A batch of which only a part was acknowledged comes again from the agent; then only what is open is sent. It is
// known by the rows it has.
//
// Threads  begin() and seal() by the thread that sends; told() by the one that hears from the brokers. A fate belongs
//          to the sender until its message was accepted, and to told() from then on.
// Limits   failed_max batches that wait to be sent again are remembered; one that is forgotten is sent whole.

#include <cstdint>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>

#include <weir/abi.h>

namespace weir::kafka_output {

// The fate of one message: which batch and row it was, and what the brokers said.
struct Fate {
  std::uint64_t tag;
  rd_kafka_resp_err_t error;
};

// How a batch ended.
struct Ending {
  std::uint64_t delivery;
  std::string failure;                  // Not empty: not all messages were taken, and why.
  std::vector<std::uint32_t> rejected;  // Rows of the block that are too large.
};

class Batches {
 public:
  static constexpr std::size_t failed_max = 64;

  // A batch that is being sent.
  struct Batch {
    std::uint64_t batch_id;
    std::uint32_t row0, n_rows;
    std::uint64_t delivery, number;
    std::vector<std::uint8_t> acknowledged;  // For each row: nothing more is to be done.
    std::vector<std::uint32_t> rejected;
    std::string failure;
    std::uint64_t answered{0}, accepted{0};
    bool sealed{false};
    // What a message of the row is known by.
    [[nodiscard]] std::uint64_t tag(std::uint32_t row) const { return number << 32U | row; }
  };
  // The delivery's batch: a new one, or what is left of one that failed.
  Batch& begin(const weir_delivery& delivery);
  // All of it was sent: accepted messages have a fate to come, refused ones (rows and why) have not been taken. The
  // ending, when nothing is to come.
  std::optional<Ending> seal(Batch& batch, std::uint64_t accepted, std::span<const Fate> refused);
  // Fates in any order; the batches that ended with them.
  std::vector<Ending> told(std::span<const Fate> fates);

 private:
  static void note(Batch& batch, const Fate& fate);
  std::list<Batch>::iterator find_locked(std::uint64_t number, std::list<Batch>::iterator last);
  std::optional<Ending> ending_locked(std::list<Batch>::iterator batch);

  std::mutex mutex_;
  // Guarded by mutex_, but for the batch that is being sent:
  std::list<Batch> open_;
  std::deque<Batch> failed_;
  std::uint64_t next_number_{0};
};

}  // namespace weir::kafka_output
