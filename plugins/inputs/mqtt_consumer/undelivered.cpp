#include "plugins/inputs/mqtt_consumer/undelivered.hpp"

namespace weir::mqtt_consumer {

void Undelivered::add(std::uint16_t id, std::uint8_t qos) {
  next_.push_back({id, qos});
  ++messages_;
  if (qos != 0) states_[id] = Known::on_its_way;
}

std::uint64_t Undelivered::end_batch() {
  batches_.emplace(++last_batch_, std::exchange(next_, {}));
  return last_batch_;
}

Undelivered::Messages Undelivered::take(std::uint64_t batch) {
  const auto at = batches_.find(batch);
  if (at == batches_.end()) return {};
  Messages taken = std::move(at->second);
  batches_.erase(at);
  messages_ -= taken.size();
  return taken;
}

std::vector<Undelivered::Answer> Undelivered::safe(std::uint64_t batch) {
  std::vector<Answer> answers;
  for (const Message& m : take(batch)) {
    if (m.qos != 0) answers.push_back(answer_to(m));
  }
  return answers;
}

Undelivered::Answer Undelivered::answer_to(const Message& message) {
  if (message.qos == 0) return {mqtt::Type::puback, 0};
  states_[message.id] = message.qos == 1 ? Known::no : Known::taken_over;
  return {message.qos == 1 ? mqtt::Type::puback : mqtt::Type::pubrec, message.id};
}

Undelivered::Answer Undelivered::skip(std::uint16_t id, std::uint8_t qos) {
  return answer_to({id, qos});
}

void Undelivered::refused(std::uint64_t batch) {
  for (const Message& m : take(batch)) {
    if (m.qos != 0) states_[m.id] = Known::no;
  }
}

void Undelivered::session_is_new() {
  states_.fill(Known::no);
  const auto forget = [](Messages& all) {
    for (Message& m : all) m.qos = 0;
  };
  forget(next_);
  for (auto& [number, all] : batches_) forget(all);
}

}  // namespace weir::mqtt_consumer
