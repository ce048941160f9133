#pragma once

// A member of a consumer group: reads the partitions that the group gives it, and commits what is safe.
//
// One thread does all of it: it serves the client's events, reads each partition in turn, takes acknowledgements, and
// commits. When the group takes partitions away it stops reading them, waits a while for what is on its way, commits, and
// only then lets go; the others are read on meanwhile where the strategy allows.
//
// Threads    One of its own, from start() to stop(); acknowledge() and resume() from any.
// Errors     The constructor throws weir::config_error for settings that librdkafka refuses. A client that declares
//            itself dead is made anew.
// Memory     The library holds prefetch_bytes and one fetch of each partition; where all partitions together may pass
//            share_bytes, a partition whose lane has no room is paused, which empties it.
// Limits     undelivered_max messages without an acknowledgement.

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <weir/sink.hpp>

#include "plugins/common/kafka_client/client_settings.hpp"
#include "plugins/inputs/kafka_consumer/partition.hpp"
#include "plugins/inputs/kafka_consumer/topics.hpp"

namespace weir::kafka_consumer {

struct ConsumerSettings {
  kafka::Settings client;
  std::optional<kafka::BearerToken> token;
  ReadSettings read;
  std::uint64_t undelivered_max = 1000;
  std::uint64_t share_bytes = 0, prefetch_bytes = 0;
};

class Consumer {
 public:
  Consumer(host home, const ConsumerSettings& settings, const Topics& topics);
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;
  // Without start(), or after stop().
  ~Consumer();

  // An empty text when a broker answers within the time, else what is wrong.
  std::string unreachable(int timeout_ms);
  void start();
  // Reads nothing more, waits for what is on its way, at most until then (steady clock), commits and leaves.
  void stop(std::int64_t deadline_ns);
  void acknowledge(std::uint64_t cookie, bool safe);
  void resume(std::uint32_t lane);

 private:
  using Partitions = std::map<std::uint32_t, std::unique_ptr<Partition>>;  // by lane
  struct ListFree {
    void operator()(rd_kafka_topic_partition_list_t* l) const {
      rd_kafka_topic_partition_list_destroy(l);
    }
  };
  using List = std::unique_ptr<rd_kafka_topic_partition_list_t, ListFree>;
  struct Leaving {  // Partitions that the group wants back.
    List partitions;
    std::int64_t deadline_ns;
  };
  struct Mail {
    struct Ack {
      std::uint64_t cookie;
      bool safe;
    };
    std::vector<Ack> acks;
    std::vector<std::uint32_t> lanes;  // that have room again
  };

  void open();
  void close(std::int64_t deadline_ns);
  void run();
  int step();
  void end();
  void take_mail();
  void serve();
  void report(const rd_kafka_message_t& message);
  void subscribe_if_due(std::int64_t now_ns);
  std::vector<std::string> topics_there();
  void subscribe(const std::vector<std::string>& names);
  bool read_all();
  int timeout_ms(std::int64_t now_ns) const;

  static void on_rebalance(rd_kafka_t*, rd_kafka_resp_err_t what,
                           rd_kafka_topic_partition_list_t* partitions, void* me);
  static void on_commit(rd_kafka_t*, rd_kafka_resp_err_t error,
                        rd_kafka_topic_partition_list_t* partitions, void* me);
  static void on_log(const rd_kafka_t* client, int level, const char*, const char* text);
  void assign(const rd_kafka_topic_partition_list_t& partitions);
  void revoke(const rd_kafka_topic_partition_list_t& partitions);
  void let_go();
  void drop(const rd_kafka_topic_partition_list_t& partitions);
  bool nothing_open(const rd_kafka_topic_partition_list_t& partitions) const;
  bool cooperative() const;
  void check(rd_kafka_error_t* failed, const char* what) const;
  void check(rd_kafka_resp_err_t failed, const char* what) const;

  Partition* find(const rd_kafka_topic_partition_t& of) const;
  List uncommitted() const;
  void commit_if_due(std::int64_t now_ns);
  void commit_now(int timeout_ms);
  void committed(rd_kafka_resp_err_t error, const rd_kafka_topic_partition_list_t& partitions);
  std::uint64_t undelivered() const;

  struct ClientFree {
    void operator()(rd_kafka_t* client) const {
      rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    }
  };
  struct QueueFree {
    void operator()(rd_kafka_queue_t* q) const { rd_kafka_queue_destroy(q); }
  };
  using Queue = std::unique_ptr<rd_kafka_queue_t, QueueFree>;

  const host home_;
  const ConsumerSettings& settings_;
  const Topics& topics_;
  Doorbell bell_;
  std::mutex mutex_;
  Mail mail_;    // guarded by mutex_
  Mail opened_;  // what was taken out of it
  std::unique_ptr<rd_kafka_t, ClientFree> client_;
  Queue events_;
  Partitions partitions_;
  std::optional<Leaving> leaving_;
  std::vector<std::string> subscribed_;
  std::uint32_t last_lane_{0};
  std::uint32_t last_read_{0};  // the lane that was read last
  std::int64_t next_commit_ns_{0}, next_look_ns_{0};
  bool commit_open_{false}, closing_{false}, dead_{false};
  bool fenced_{false};      // what is read now could not be committed
  int assigns_awaited_{0};  // until the group has shared anew what this member gave back
  std::int64_t join_deadline_ns_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<std::int64_t> deadline_ns_{0};
  std::thread thread_;
};

}  // namespace weir::kafka_consumer
