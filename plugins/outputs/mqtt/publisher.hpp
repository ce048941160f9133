#pragma once

// Publishes messages and learns the fate of each.
//
// Threads    One at a time; calls wait for the network.
// Errors     weir::retry where the connection is lost or the broker does not answer in time: messages without a fate are to be published
//            again. weir::config_error where no time will help.
// Limits     window_max messages, and what the broker allows, are on their way at the same time.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/mqtt/connection.hpp"

namespace weir::mqtt_output {

struct Message {
  std::string topic;
  std::string_view payload;
  std::uint32_t tag;  // Comes back with the fate.
};
enum class Fate : std::uint8_t { delivered, refused };

struct PublisherSettings {
  mqtt::ConnectionSettings connection;
  std::uint8_t qos = 2;
  bool retain = false;
  std::int64_t timeout_ns = 0;
  std::string properties;  // version 5
  std::uint16_t topic_alias = 0;
};

class Publisher {
 public:
  static constexpr std::uint32_t window_max = 1000;

  Publisher(const PublisherSettings& settings, const common::TlsClient* tls);

  // fates: by tag; grows as they are known, also when this throws.
  void publish(const std::vector<Message>& messages,
               std::vector<std::pair<std::uint32_t, Fate>>& fates);
  // False: the connection is gone.
  bool alive();
  void close();
  // Why the broker refused a message last, in words.
  [[nodiscard]] const std::string& last_refusal() const { return last_refusal_; }

 private:
  bool says_goodbye();
  enum class State : std::uint8_t { free, published, released };
  struct Slot {  // of a packet identifier
    State state = State::free;
    std::uint32_t tag = 0;
  };
  using Fates = std::vector<std::pair<std::uint32_t, Fate>>;

  void send(const Message& message);
  void send_all(std::int64_t& deadline);
  void receive(std::int64_t& deadline, Fates& fates);
  void handle(const mqtt::Packet& packet, Fates& fates);
  void settle(Slot& slot, const mqtt::Answer& answer, Fates& fates);
  std::uint16_t next_id();
  [[nodiscard]] std::int64_t next_deadline() const;

  const PublisherSettings& settings_;
  mqtt::Connection connection_;
  const std::uint32_t window_;
  std::vector<Slot> slots_;
  std::uint32_t on_their_way_ = 0;
  std::uint16_t last_id_ = 0;
  std::string last_refusal_;
};

}  // namespace weir::mqtt_output
