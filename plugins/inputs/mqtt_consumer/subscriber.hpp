#pragma once

// A client that subscribes to topics, hands messages on, and acknowledges those that are safe.
//
// When max_undelivered messages are on their way, or the lane has no room, nothing more is read: the broker's window, or
// TCP's, then holds it back. Pings go on.
//
// Threads    One of its own, from start() to stop(); acknowledge() and resume() from any.
// Errors     connect() throws weir::retry and weir::config_error. A connection that is lost is made again, after a second, then two,
//            four..., at most reconnect_max_ns.
// Limits     batch_messages and about batch_bytes a batch.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <weir/sink.hpp>

#include "plugins/common/mqtt/connection.hpp"
#include "plugins/common/sockets/doorbell.hpp"
#include "plugins/inputs/mqtt_consumer/topic_parsing.hpp"
#include "plugins/inputs/mqtt_consumer/undelivered.hpp"

namespace weir::mqtt_consumer {

struct SubscriberSettings {
  mqtt::ConnectionSettings connection;
  std::vector<std::string> topics;
  std::string topic_tag;
  std::uint8_t qos = 0;
  std::uint64_t undelivered_max = 1000;
  std::int64_t reconnect_max_ns = 0;
  bool trace = false;
};

class Subscriber {
 public:
  static constexpr std::uint32_t batch_messages = 1000;
  static constexpr std::uint64_t batch_bytes = 256U << 10U;

  // parsers and tls (null = none) outlive it.
  Subscriber(host home, const SubscriberSettings& settings, const std::vector<TopicParser>& parsers,
             const common::TlsClient* tls);
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;
  ~Subscriber() { stop(0); }

  // Connects, and reads from then on.
  void start();
  // Reads nothing more, waits for what is on its way, at most until then (steady clock), and says goodbye.
  void stop(std::int64_t deadline_ns);
  void acknowledge(std::uint64_t batch, bool safe);
  void resume();

 private:
  struct Ack {
    std::uint64_t batch;
    bool safe;
  };

  void connect();
  void run();
  void step();
  void end();
  void drop(const std::string& why);
  void take_mail();
  void settle(const Ack& ack);
  void serve();
  bool may_read();
  bool read_some();
  void handle(const mqtt::Packet& packet);
  void take(const mqtt::Packet& packet);
  void add_row(const mqtt::Publish& message);
  void skip(const mqtt::Publish& message, const char* why);
  void check_topics(const mqtt::Packet& packet);
  void emit();
  void answer(mqtt::Type type, std::uint16_t id);
  void wait();

  const host home_;
  const SubscriberSettings& settings_;
  const std::vector<TopicParser>& parsers_;
  const common::TlsClient* const tls_;
  common::Doorbell bell_;
  std::mutex mutex_;
  std::vector<Ack> mail_;  // guarded by mutex_
  bool room_{false};       // guarded by mutex_: the lane has room again
  std::vector<Ack> acks_;  // what was taken out of the mail
  std::unique_ptr<mqtt::Connection> connection_;
  Undelivered undelivered_;
  builder rows_;  // of the next batch
  std::uint64_t row_bytes_{0};
  bool blocked_{false};
  std::int64_t connect_due_ns_{0}, back_off_ns_{0};
  std::int64_t loss_due_ns_{0}, loss_back_off_ns_{0};  // when to connect anew because of a loss
  std::atomic<bool> stopping_{false};
  std::atomic<std::int64_t> deadline_ns_{0};
  std::thread thread_;
};

}  // namespace weir::mqtt_consumer
