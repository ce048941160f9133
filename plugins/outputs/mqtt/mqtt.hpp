#pragma once

// outputs.mqtt: metrics as messages of MQTT topics; a batch counts as written when the broker has acknowledged all of it.
//
// A batch of which a part was acknowledged is tried again without that part.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/mqtt/client_options.hpp"
#include "plugins/outputs/mqtt/layouts.hpp"
#include "plugins/outputs/mqtt/publisher.hpp"

namespace weir::mqtt_output {

// [outputs.mqtt.v5]
struct PublishProperties {
  std::string content_type, response_topic;
  duration message_expiry;
  std::uint16_t topic_alias{};
  map<std::string> user_properties;
  static constexpr auto options = std::tuple{
      opt{"content_type", &PublishProperties::content_type, "\"\"", "What the payload is"},
      opt{"response_topic", &PublishProperties::response_topic, "\"\"", "Where to answer"},
      opt{"message_expiry", &PublishProperties::message_expiry, "\"0s\"",
          "How long the broker keeps a message; 0 = for ever"},
      opt{"topic_alias", &PublishProperties::topic_alias, "0", "Number of the topic; 0 = none"},
      opt{"user_properties", &PublishProperties::user_properties, "{}", "Keys and values"}};
};

struct Mqtt : mqtt::ClientOptions {
  static constexpr info meta{"mqtt", "1.0.0", "Sends metrics to MQTT topics",
                             WEIR_MAY_BLOCK | WEIR_WANTS_BYTES};
  host self;
  std::string topic, layout, homie_device_name, homie_node_id;
  std::int64_t qos{}, keep_alive{};
  duration timeout;
  bool retain{};
  std::optional<PublishProperties> v5;

  static constexpr const char* const layouts[] = {"", "non-batch", "batch", "field", "homie-v4"};
  static constexpr auto own_options = std::tuple{
      opt{"servers", &Mqtt::servers, "[\"localhost:1883\"]",
          "Brokers, of which the first that answers is taken: host:port, mqtt://, mqtts:// (also "
          "tcp, tls)"},
      opt{"topic", &Mqtt::topic, "\"\"",
          "Topic of a metric, with {{ .Name }} and {{ .Tag \"key\" }}; empty = the metric's name"},
      opt{"qos", &Mqtt::qos, "2", "Quality of service: 0, 1 or 2"}.in("0..2"),
      opt{"keep_alive", &Mqtt::keep_alive, "0",
          "Seconds after which the broker ends a silent connection, which is made anew when there "
          "is something to "
          "send; 0 = never"}
          .in("0..43000"),
      opt{"timeout", &Mqtt::timeout, "\"5s\"", "How long the broker may take to answer"},
      opt{"retain", &Mqtt::retain, "false", "The broker keeps the last message of each topic"},
      opt{"layout", &Mqtt::layout, "\"non-batch\"",
          "Messages: non-batch one a metric, batch one a topic, field one a field, homie-v4"}
          .one_of(layouts),
      opt{"homie_device_name", &Mqtt::homie_device_name, "\"\"",
          "Name of a device, like topic; with layout = \"homie-v4\""},
      opt{"homie_node_id", &Mqtt::homie_node_id, "\"\"",
          "Node of a device, like topic; with layout = \"homie-v4\""},
      opt{"v5", &Mqtt::v5, nullptr, "Properties of messages, with protocol = \"5\""}};
  static constexpr auto options = std::tuple_cat(own_options, client_options);

  void init();
  void start();
  void stop();
  weir_status write(const delivery& rows);

 private:
  enum class Fate : std::uint8_t { open, delivered, refused };
  // What a message, or several, stand for.
  struct Group {
    std::uint32_t messages = 0, known = 0;
    bool refused = false;
  };
  // How far a delivery came; kept for its retry.
  struct Progress {
    std::uint64_t batch_id = 0;
    std::uint32_t row0 = 0, n_rows = 0;
    std::vector<Fate> fates;
    [[nodiscard]] bool is(const weir_delivery& d) const {
      return batch_id == d.batch_id && row0 == d.row0 && n_rows == d.n_rows;
    }
  };
  void check() const;
  std::string properties() const;
  void connect();
  void collect(const delivery& rows);
  void collect_row(const delivery& rows, const row& r, std::uint32_t index);
  void collect_batches(const delivery& rows);
  void add(std::uint32_t group, Message message);
  void publish();
  void settle(const std::vector<std::pair<std::uint32_t, mqtt_output::Fate>>& fates);
  weir_status answer(const delivery& rows);

  PublisherSettings settings_;
  std::unique_ptr<common::TlsClient> tls_;
  std::unique_ptr<TopicName> topic_name_;
  std::unique_ptr<Homie> homie_;
  std::unique_ptr<Publisher> publisher_;
  bool document_ = false;  // a batch is one message

  Progress progress_;
  std::vector<Message> messages_;
  std::vector<std::string> joined_;          // payloads of batches
  Made made_;                                // messages of the layouts without a data format
  std::vector<Group> groups_;                // by the messages' tags
  std::vector<std::uint32_t> group_of_row_;  // from row0 on
};

}  // namespace weir::mqtt_output
