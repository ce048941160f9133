#pragma once

// The packets of MQTT 3.1.1 and 5 as a client writes and reads them (OASIS MQTT 3.1.1, 5.0).
//
// Threads    Free functions, and objects of one thread.
// Ownership  What is read are views into the bytes that were given.
// Errors     weir::fail for bytes that are no packet.
// Limits     PacketReader takes packets of at most packet_max bytes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/mqtt/properties.hpp"

namespace weir::mqtt {

enum class Version : std::uint8_t { v311 = 4, v5 = 5 };
enum class Type : std::uint8_t {
  connect = 1,
  connack,
  publish,
  puback,
  pubrec,
  pubrel,
  pubcomp,
  subscribe,
  suback,
  unsubscribe,
  unsuback,
  pingreq,
  pingresp,
  disconnect,
  auth
};

struct Packet {
  Type type{};
  std::uint8_t flags{};
  std::string_view body;
};

// ---- writing: each appends a packet ----

struct Connect {
  Version version = Version::v311;
  std::string client_id;
  std::optional<std::string> username, password;
  std::uint16_t keep_alive_s = 0;
  bool clean = true;
  std::uint16_t receive_maximum = 0xffff;  // version 5
  struct Will {
    std::string topic, payload;
    std::uint8_t qos;
  };
  std::optional<Will> will;
};
void write_connect(std::string& to, const Connect& c);

struct Publish {
  std::string_view topic, payload;
  std::uint8_t qos = 0;
  bool retain = false, dup = false;
  std::uint16_t id = 0;              // with qos 1 and 2
  std::string_view properties = {};  // version 5
};
void write_publish(std::string& to, const Publish& p, Version version);
// PUBACK, PUBREC, PUBREL, PUBCOMP
void write_answer(std::string& to, Type type, std::uint16_t id);
void write_subscribe(std::string& to, std::uint16_t id, const std::vector<std::string>& topics,
                     std::uint8_t qos, Version version);
void write_ping(std::string& to);
void write_disconnect(std::string& to);

// ---- reading ----

struct ConnectAnswer {
  bool session_present = false;
  std::uint8_t reason = 0;
  Properties properties;
};
ConnectAnswer read_connack(const Packet& packet, Version version);
Publish read_publish(const Packet& packet, Version version);

struct Answer {
  std::uint16_t id = 0;
  std::uint8_t reason = 0;  // from 0x80 on: refused
};
Answer read_answer(const Packet& packet, Version version);
// The reason of each topic, in order.
struct SubscribeAnswer {
  std::uint16_t id = 0;
  std::string_view reasons;
};
SubscribeAnswer read_suback(const Packet& packet, Version version);
// Of a DISCONNECT that the broker sends (version 5).
std::uint8_t read_disconnect(const Packet& packet);

// In words, with the number.
std::string describe_reason(std::uint8_t reason, Version version);

// Cuts a stream into packets.
class PacketReader {
 public:
  explicit PacketReader(std::size_t packet_max) : packet_max_(packet_max) {}
  // Room for n more bytes; then added() says how many came.
  char* room(std::size_t n);
  void added(std::size_t n) { end_ += n; }
  // The next packet that is complete; its views end with the next call of room().
  std::optional<Packet> next();
  void clear() { begin_ = end_ = 0; }
  // Bytes that belong to no packet yet.
  [[nodiscard]] std::size_t waiting() const { return end_ - begin_; }

 private:
  std::string bytes_;
  std::size_t begin_ = 0, end_ = 0;
  const std::size_t packet_max_;
};

}  // namespace weir::mqtt
