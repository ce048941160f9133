#pragma once

// Messages that came from the broker and are not safe yet, and what the broker is to be told of them.
//
// With quality of service 1 a message is acknowledged (PUBACK) when it is safe; with 2 it is taken over then (PUBREC), and forgotten
// when the broker has let go of it (PUBREL, answered by PUBCOMP). A message that the broker sends again, because a
// connection was lost, is known by its number and goes out once.
//
// Threads    One.
// Limits     As many batches as are on their way; a number has 16 bits.

#include <array>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "plugins/common/mqtt/packets.hpp"

namespace weir::mqtt_consumer {

class Undelivered {
 public:
  struct Answer {
    mqtt::Type type;
    std::uint16_t id;  // 0 = nothing
  };
  enum class Known : std::uint8_t { no, on_its_way, taken_over };

  [[nodiscard]] Known known(std::uint16_t id) const { return states_[id]; }
  // A message of the next batch; id 0 with quality of service 0.
  void add(std::uint16_t id, std::uint8_t qos);
  // Nothing of the message goes out: what to answer.
  Answer skip(std::uint16_t id, std::uint8_t qos);
  // Of the next batch, which ends here.
  std::uint64_t end_batch();
  [[nodiscard]] std::uint64_t messages() const { return messages_; }

  // Everything of the batch is safe: what to answer.
  std::vector<Answer> safe(std::uint64_t batch);
  // Something was lost: the broker is not told, and sends them again one day.
  void refused(std::uint64_t batch);
  // The broker let go of a message.
  void released(std::uint16_t id) { states_[id] = Known::no; }
  // The broker knows nothing of what it sent before.
  void session_is_new();

 private:
  struct Message {
    std::uint16_t id;
    std::uint8_t qos;
  };
  using Messages = std::vector<Message>;
  Messages take(std::uint64_t batch);
  Answer answer_to(const Message& message);

  std::array<Known, 65536> states_{};
  Messages next_;
  std::uint64_t last_batch_{0}, messages_{0};
  std::map<std::uint64_t, Messages> batches_;
};

}  // namespace weir::mqtt_consumer
