#include "plugins/outputs/mqtt/publisher.hpp"

#include <algorithm>
#include <chrono>

namespace weir::mqtt_output {
namespace {

constexpr std::int64_t ms_ns = 1'000'000;
constexpr std::size_t unsent_max_bytes = std::size_t{256} << 10U;
constexpr int goodbye_ms = 500;
constexpr std::uint8_t first_refusal = 0x80;

std::int64_t steady_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

// Refusals that say nothing of the message: unspecified, implementation specific, quota exceeded.
bool is_for_now(std::uint8_t reason) { return reason == 0x80 || reason == 0x83 || reason == 0x97; }

}  // namespace

Publisher::Publisher(const PublisherSettings& settings, const common::TlsClient* tls)
    : settings_(settings),
      connection_(settings.connection, tls),
      window_(std::min(window_max, connection_.receive_maximum())),
      slots_(std::size_t{window_} + 1) {
  if (settings.topic_alias > connection_.topic_alias_maximum()) {
    throw config_error("v5.topic_alias", "the broker takes at most " +
                                             std::to_string(connection_.topic_alias_maximum()));
  }
}

std::int64_t Publisher::next_deadline() const { return steady_ns() + settings_.timeout_ns; }

void Publisher::publish(const std::vector<Message>& messages, Fates& fates) {
  std::int64_t deadline = next_deadline();
  for (const Message& m : messages) {
    while (on_their_way_ == window_) receive(deadline, fates);
    send(m);
    if (settings_.qos == 0) fates.emplace_back(m.tag, Fate::delivered);
    if (connection_.out().size() > unsent_max_bytes) send_all(deadline);
  }
  send_all(deadline);
  while (on_their_way_ != 0) receive(deadline, fates);
}

std::uint16_t Publisher::next_id() {
  do {
    last_id_ = static_cast<std::uint16_t>(last_id_ % window_ + 1);
  } while (slots_[last_id_].state != State::free);
  return last_id_;
}

void Publisher::send(const Message& message) {
  mqtt::Publish p;
  p.topic = message.topic;
  p.payload = message.payload;
  p.qos = settings_.qos;
  p.retain = settings_.retain;
  p.properties = settings_.properties;
  if (settings_.qos != 0) {
    p.id = next_id();
    slots_[p.id] = {State::published, message.tag};
    ++on_their_way_;
  }
  mqtt::write_publish(connection_.out(), p, connection_.version());
}

// The broker may not read on before its answers are read: who waits to send reads, too.
void Publisher::send_all(std::int64_t& deadline) {
  connection_.flush();
  while (connection_.has_unsent()) {
    if (steady_ns() > deadline) throw retry("the broker takes nothing within the timeout");
    const auto wait = std::clamp<std::int64_t>((deadline - steady_ns()) / ms_ns, 1, 100);
    connection_.link().wait(true, static_cast<int>(wait));
    connection_.flush();
    if (connection_.has_unsent()) connection_.receive();
  }
  deadline = next_deadline();
}

void Publisher::receive(std::int64_t& deadline, Fates& fates) {
  connection_.flush();
  if (const auto packet = connection_.next()) {
    handle(*packet, fates);
    deadline = next_deadline();
    return;
  }
  if (connection_.receive()) return;
  const std::int64_t left = deadline - steady_ns();
  if (left <= 0) throw retry("the broker does not answer within the timeout");
  connection_.link().wait(connection_.has_unsent(), static_cast<int>(left / ms_ns + 1));
}

void Publisher::handle(const mqtt::Packet& packet, Fates& fates) {
  if (packet.type == mqtt::Type::disconnect) {
    throw retry("the broker ends the connection: " +
                mqtt::describe_reason(mqtt::read_disconnect(packet), connection_.version()));
  }
  if (packet.type < mqtt::Type::puback || packet.type > mqtt::Type::pubcomp) return;
  const mqtt::Answer answer = mqtt::read_answer(packet, connection_.version());
  if (answer.id >= slots_.size() || slots_[answer.id].state == State::free) return;
  Slot& slot = slots_[answer.id];
  if (packet.type == mqtt::Type::pubrec && answer.reason < first_refusal) {
    slot.state = State::released;
    mqtt::write_answer(connection_.out(), mqtt::Type::pubrel, answer.id);
    return;
  }
  settle(slot, answer, fates);
}

void Publisher::settle(Slot& slot, const mqtt::Answer& answer, Fates& fates) {
  const bool refused = answer.reason >= first_refusal && slot.state == State::published;
  slot.state = State::free;
  --on_their_way_;
  if (refused) last_refusal_ = mqtt::describe_reason(answer.reason, connection_.version());
  if (refused && is_for_now(answer.reason)) {
    throw retry("the broker refuses messages: " + last_refusal_);
  }
  fates.emplace_back(slot.tag, refused ? Fate::refused : Fate::delivered);
}

bool Publisher::alive() {
  try {
    if (says_goodbye()) return false;
    connection_.keep_alive(steady_ns(), true);
  } catch (const error&) {
    return false;
  }
  return true;
}

bool Publisher::says_goodbye() {
  while (connection_.receive()) {
    while (const auto packet = connection_.next()) {
      if (packet->type == mqtt::Type::disconnect) return true;
    }
  }
  return false;
}

void Publisher::close() { connection_.close(goodbye_ms); }

}  // namespace weir::mqtt_output
