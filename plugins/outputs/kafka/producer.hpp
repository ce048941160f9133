#pragma once

// librdkafka's producer behind what the output needs of it: send messages, learn each one's fate.
//
// Threads    One user at a time. Fates come from a thread of the producer's own, many at a time; librdkafka's threads
//            only call the log.
// Ownership  Messages are copied. Topics and the client end with the producer.
// Errors     Construction throws weir::config_error for a setting or token librdkafka refuses.
// Limits     queue_bytes of messages wait inside librdkafka; handles of topics_max topics are kept.

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <librdkafka/rdkafka.h>

#include <weir/sink.hpp>

#include "plugins/common/kafka_client/client_settings.hpp"
#include "plugins/outputs/kafka/batches.hpp"

namespace weir::kafka_output {

using kafka::BearerToken;
using kafka::Settings;
using Headers = std::vector<std::pair<std::string, std::string>>;

struct Message {
  const std::string& topic;
  std::string_view key, value;  // key.data() null = none
  std::int64_t time_ms;
  const Headers& headers;
  std::uint64_t tag;  // Comes back with the fate.
};

class Producer {
 public:
  static constexpr std::size_t topics_max = 1024;

  // Told of every accepted message's fate, until the destructor has returned.
  using Listener = std::function<void(std::span<const Fate>)>;
  // token: with sasl.mechanisms = OAUTHBEARER; it holds as long as the brokers take it.
  Producer(const Settings& settings, host home, Listener listener,
           const BearerToken* token = nullptr);
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;
  // What has no fate yet is given up, and the listener told so.
  ~Producer();

  // An empty text when a broker answers within the time, else what is wrong.
  std::string unreachable(int timeout_ms);
  // RD_KAFKA_RESP_ERR_NO_ERROR: accepted, its fate follows. Waits while the queue is full, at most timeout_ms.
  rd_kafka_resp_err_t send(const Message& message, int timeout_ms);
  // Nothing more will ever work with this producer: a new one is needed. Empty = fine.
  std::string fatal() const;

 private:
  static void on_log(const rd_kafka_t* client, int level, const char* facility, const char* text);
  void listen();
  void hear(rd_kafka_event_t* event);
  rd_kafka_resp_err_t try_send(const Message& message);
  rd_kafka_topic_t* topic_of(const std::string& name);

  struct ClientFree {
    void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
  };

  host home_;
  const Listener listener_;
  std::mutex error_mutex_;
  std::string last_error_;  // Guarded by error_mutex_.
  struct TopicFree {
    void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
  };
  std::unique_ptr<rd_kafka_t, ClientFree> client_;
  // By its name the library would look each message's up under the client's lock.
  using Topic = std::unique_ptr<rd_kafka_topic_t, TopicFree>;
  std::unordered_map<std::string, Topic> topics_;  // They go before the client.
  struct QueueFree {
    void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
  };
  std::unique_ptr<rd_kafka_queue_t, QueueFree> events_;
  std::vector<Fate> heard_;  // The listening thread's own.
  std::atomic<bool> ending_{false};
  std::thread listening_;
};

}  // namespace weir::kafka_output
