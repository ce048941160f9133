#pragma once

// One partition of a topic that is assigned to this consumer: its lane, its messages, its offsets.
//
// Messages come from the library's queue of the partition, in pieces, and go out as one raw batch each. Where the lane has no
// room they stay in the library, which stops fetching when it holds its part of the memory budget.
//
// Threads    One thread.
// Errors     Messages that cannot go out are counted and reported; what the library says of the partition is logged.
// Limits     records_max messages and about piece_bytes a batch; one piece at a time is taken from the library.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plugins/common/kafka_client/client_settings.hpp"
#include "plugins/common/sockets/doorbell.hpp"
#include "plugins/inputs/kafka_consumer/offsets.hpp"
#include "plugins/inputs/kafka_consumer/record_block.hpp"

namespace weir::kafka_consumer {

enum class TimeSource : std::uint8_t { metric, message };

struct ReadSettings {
  std::string topic_tag;
  std::vector<std::string> headers_as_tags;
  std::string header_as_name;
  TimeSource time = TimeSource::metric;
  std::uint64_t message_bytes_max = 0;  // 0 = no limit
};

struct Place {
  std::string topic;
  std::int32_t number;
  std::uint32_t lane;
};

// A cookie names a lane and a batch of it.
constexpr std::uint64_t cookie_of(std::uint32_t lane, std::uint64_t batch) {
  return std::uint64_t{lane} << 40U | batch;
}
constexpr std::uint32_t lane_of(std::uint64_t cookie) {
  return static_cast<std::uint32_t>(cookie >> 40U);
}
constexpr std::uint64_t batch_of(std::uint64_t cookie) {
  return cookie & ((std::uint64_t{1} << 40U) - 1);
}

using common::Doorbell;

class Partition {
 public:
  static constexpr std::size_t records_max = 2048;
  static constexpr std::uint64_t piece_bytes = 256U << 10U;

  // Before the partition is assigned, so that its messages come to a queue of its own.
  Partition(host home, const ReadSettings& settings, rd_kafka_t* client, const Doorbell& bell,
            const Place& place);
  Partition(const Partition&) = delete;
  Partition& operator=(const Partition&) = delete;
  ~Partition();

  [[nodiscard]] const std::string& topic() const { return topic_; }
  [[nodiscard]] std::int32_t number() const { return number_; }
  [[nodiscard]] std::uint32_t lane() const { return lane_; }
  [[nodiscard]] bool is(const rd_kafka_topic_partition_t& other) const {
    return number_ == other.partition && topic_ == other.topic;
  }
  [[nodiscard]] std::uint64_t undelivered() const { return offsets_.open_records(); }

  // Emits at most one batch of at most room messages. True when there may be more at once.
  bool read(std::uint64_t room, std::int64_t now_ns);
  // From now on the lane is not waited for; the library lets go of what it holds, too, where frugal says so.
  void pause_if_blocked(bool frugal);
  // The lane has room again.
  void resume();
  // Nothing is read any more.
  void leave();
  void acknowledge(std::uint64_t batch, bool safe, std::int64_t now_ns);
  // When it reads again after a loss; 0 = it does not wait.
  [[nodiscard]] std::int64_t due_ns() const { return due_ns_; }

  // What is to be committed, and has not been.
  [[nodiscard]] std::optional<std::int64_t> to_commit() const;
  void committing(std::int64_t offset) { committed_ = offset; }
  // It failed, or may have.
  void commit_again() { committed_.reset(); }

 private:
  enum class Sent : std::uint8_t { all, blocked };
  void take(std::size_t n);
  void keep(rd_kafka_message_t* message);
  void refuse(const rd_kafka_message_t& message);
  Sent send();
  std::size_t fill_block(std::int64_t now_ns);
  void add(const rd_kafka_message_t& message, std::int64_t now_ns);
  void add_headers(const rd_kafka_message_t& message);
  void forget_pending();
  void seek(std::int64_t offset);
  void set_paused(bool yes);

  const host home_;
  const ReadSettings& settings_;
  rd_kafka_t* const client_;
  const std::string topic_;
  const std::int32_t number_;
  const std::uint32_t lane_;
  struct QueueFree {
    void operator()(rd_kafka_queue_t* q) const { rd_kafka_queue_destroy(q); }
  };
  std::unique_ptr<rd_kafka_queue_t, QueueFree> queue_;
  RecordBlock block_;
  std::vector<rd_kafka_message_t*> fresh_;  // as the library gives them
  std::vector<rd_kafka_message_t*> taken_;  // those that go out; sent_ of them are done with
  std::size_t sent_{0};
  std::int64_t next_{-1};             // offset behind the last message that was taken
  std::int64_t sent_next_{-1};        // behind the last that went out
  std::uint64_t message_bytes_{256};  // of a message, about
  Offsets offsets_;
  std::optional<std::int64_t> committed_;
  bool blocked_{false}, paused_{false}, leaving_{false};
  std::int64_t due_ns_{0}, back_off_ns_{0};
  std::int64_t read_again_{-1};  // where, when it is due
};

}  // namespace weir::kafka_consumer
