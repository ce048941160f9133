#pragma once

// inputs.mqtt_consumer: each message of the topics goes to the parser; one with quality of service 1 or 2 is acknowledged when
// every output has what was made of it.
//
// Threads    One of its own (Subscriber), which never waits for the host.
// Errors     Options in init(); start() says why no broker takes the client, and is tried again.

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/mqtt/client_options.hpp"
#include "plugins/inputs/mqtt_consumer/metrics.hpp"
#include "plugins/inputs/mqtt_consumer/subscriber.hpp"

namespace weir::mqtt_consumer {

struct MqttConsumer : mqtt::ClientOptions {
  static constexpr info meta{"mqtt_consumer", "1.0.0", "Reads messages of MQTT topics",
                             WEIR_EMITS_RAW | WEIR_OWN_THREADS};
  static constexpr const weir_metric_decl* const metrics[] = {
      &declared_metrics[0], &declared_metrics[1], &declared_metrics[2],
      &declared_metrics[3], &declared_metrics[4], nullptr};

  sink* out = nullptr;
  std::vector<std::string> topics;
  std::string topic_tag;
  std::int64_t qos{}, max_undelivered_messages{};
  duration connection_timeout, max_reconnect_interval, keepalive, ping_timeout;
  bool persistent_session{}, client_trace{};
  std::vector<TopicParsing> topic_parsing;

  using M = MqttConsumer;
  static constexpr auto own_options = std::tuple{
      opt{"servers", &M::servers, "[\"tcp://127.0.0.1:1883\"]",
          "Brokers, of which the first that answers is taken: tcp://, ssl:// (also mqtt, mqtts)"},
      opt{"topics", &M::topics, "[]", "Topics to read, with + and #"},
      opt{"topic_tag", &M::topic_tag, "\"topic\"", "Tag for the topic; empty = none"},
      opt{"qos", &M::qos, "0", "Quality of service: 0, 1 or 2"}.in("0..2"),
      opt{"connection_timeout", &M::connection_timeout, "\"30s\"", "How long connecting may take"},
      opt{"max_reconnect_interval", &M::max_reconnect_interval, "\"30s\"",
          "Longest wait before the next try to connect"},
      opt{"keepalive", &M::keepalive, "\"60s\"", "After that long without a packet: a ping"},
      opt{"ping_timeout", &M::ping_timeout, "\"10s\"", "How long its answer may take"},
      opt{"max_undelivered_messages", &M::max_undelivered_messages, "1000",
          "Messages on their way to the outputs, at most; 0 = 1000"}
          .in("0.."),
      opt{"persistent_session", &M::persistent_session, "false",
          "The broker keeps messages while this client is away; needs a client_id"},
      opt{"client_trace", &M::client_trace, "false", "Log every packet, at level debug"}.advanced(),
      opt{"topic_parsing", &M::topic_parsing, nullptr, "Name, tags and fields out of the topic"}};
  static constexpr auto options = std::tuple_cat(own_options, client_options);

  void init();
  void start();
  void stop(std::int64_t deadline_ns);
  void ack(std::uint64_t cookie, weir_status status);
  void resume(std::uint32_t lane);

 private:
  void check_times() const;

  SubscriberSettings settings_;
  std::vector<TopicParser> parsers_;
  std::unique_ptr<common::TlsClient> tls_;
  std::unique_ptr<Subscriber> subscriber_;
};

}  // namespace weir::mqtt_consumer
