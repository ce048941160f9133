#include "plugins/inputs/mqtt_consumer/mqtt_consumer.hpp"

#include <algorithm>

namespace weir::mqtt_consumer {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::uint64_t undelivered_default = 1000;

}  // namespace

void MqttConsumer::init() {
  check_client(out->home());
  check_times();
  if (topics.empty()) throw config_error("topics", "a topic is needed");
  if (persistent_session && client_id.empty()) {
    throw config_error("client_id",
                       "persistent_session needs one: the broker knows the session by it");
  }
  parsers_.clear();
  for (std::size_t i = 0; i < topic_parsing.size(); ++i) {
    parsers_.emplace_back(topic_parsing[i], "topic_parsing[" + std::to_string(i) + "]");
  }
  settings_.topics = topics;
  settings_.topic_tag = topic_tag;
  settings_.qos = static_cast<std::uint8_t>(qos);
  settings_.undelivered_max = max_undelivered_messages == 0
                                  ? undelivered_default
                                  : static_cast<std::uint64_t>(max_undelivered_messages);
  settings_.reconnect_max_ns = max_reconnect_interval.ns;
  settings_.trace = client_trace;
}

void MqttConsumer::check_times() const {
  if (keepalive.ns < second_ns || keepalive.ns % second_ns != 0 ||
      keepalive.ns > 65535 * second_ns) {
    throw config_error("keepalive", "it must be whole seconds, from 1s to 65535s");
  }
  if (connection_timeout.ns < second_ns) {
    throw config_error("connection_timeout", "it must be at least 1s");
  }
  if (ping_timeout.ns <= 0) throw config_error("ping_timeout", "it must be longer than 0s");
}

void MqttConsumer::start() {
  if (!subscriber_) {
    mqtt::ConnectionSettings c = connection_settings(out->home(), "Telegraf-Consumer-");
    c.connect.clean = !persistent_session;
    c.connect.keep_alive_s = static_cast<std::uint16_t>(keepalive.ns / second_ns);
    c.connect.receive_maximum =
        static_cast<std::uint16_t>(std::min<std::uint64_t>(settings_.undelivered_max, 0xffff));
    c.connect_timeout_ns = connection_timeout.ns;
    c.ping_timeout_ns = ping_timeout.ns;
    settings_.connection = std::move(c);
    tls_ = tls_client(out->home());
    subscriber_ = std::make_unique<Subscriber>(out->home(), settings_, parsers_, tls_.get());
  }
  subscriber_->start();
}

void MqttConsumer::stop(std::int64_t deadline_ns) {
  if (subscriber_) subscriber_->stop(deadline_ns);
  subscriber_.reset();
}

void MqttConsumer::ack(std::uint64_t cookie, weir_status status) {
  if (subscriber_) subscriber_->acknowledge(cookie, status == WEIR_OK);
}

void MqttConsumer::resume(std::uint32_t) {
  if (subscriber_) subscriber_->resume();
}

}  // namespace weir::mqtt_consumer

WEIR_MODULE("mqtt_consumer", "1.0.0", weir::mqtt_consumer::MqttConsumer)
