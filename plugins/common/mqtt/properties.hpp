#pragma once

// The properties of MQTT 5 packets (OASIS MQTT 5.0, 2.2.2).
//
// Errors  weir::fail for bytes that are no properties.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::mqtt {

enum class Property : std::uint8_t {
  message_expiry = 0x02,
  content_type = 0x03,
  response_topic = 0x08,
  session_expiry = 0x11,
  assigned_client_id = 0x12,
  server_keep_alive = 0x13,
  reason = 0x1f,
  receive_maximum = 0x21,
  topic_alias_maximum = 0x22,
  topic_alias = 0x23,
  maximum_qos = 0x24,
  user = 0x26,
  maximum_packet = 0x27
};

// Appends them one by one; they stand in the order in which they are put.
class PropertyWriter {
 public:
  void byte(Property id, std::uint8_t v);
  void two(Property id, std::uint16_t v);
  void four(Property id, std::uint32_t v);
  void text(Property id, std::string_view v);
  void pair(std::string_view key, std::string_view value);  // a user property
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// What a client has to know of them; the others are skipped.
struct Properties {
  std::uint32_t numbers[0x2b] = {};  // by id, where it is a number
  bool there[0x2b] = {};
  std::string_view assigned_client_id, reason;

  [[nodiscard]] bool has(Property id) const { return there[static_cast<std::size_t>(id)]; }
  [[nodiscard]] std::uint32_t number(Property id, std::uint32_t otherwise) const {
    return has(id) ? numbers[static_cast<std::size_t>(id)] : otherwise;
  }
};

}  // namespace weir::mqtt
