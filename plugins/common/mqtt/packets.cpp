#include "plugins/common/mqtt/packets.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "plugins/common/mqtt/wire.hpp"

namespace weir::mqtt {
namespace {

constexpr std::uint8_t first_byte(Type type, unsigned flags) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(type) << 4U | flags);
}

void put_packet(std::string& to, Type type, unsigned flags, std::string_view body) {
  put_byte(to, first_byte(type, flags));
  put_varint(to, body.size());
  to.append(body);
}

void put_properties(std::string& to, const PropertyWriter& properties) {
  put_varint(to, properties.bytes().size());
  to.append(properties.bytes());
}

unsigned connect_flags(const Connect& c) {
  unsigned flags = c.clean ? 0x02U : 0U;
  if (c.will) flags |= 0x04U | static_cast<unsigned>(c.will->qos) << 3U;
  if (c.password) flags |= 0x40U;
  if (c.username) flags |= 0x80U;
  return flags;
}

}  // namespace

// ---- writing ----

void write_connect(std::string& to, const Connect& c) {
  std::string body;
  put_text(body, "MQTT");
  put_byte(body, static_cast<std::uint8_t>(c.version));
  put_byte(body, static_cast<std::uint8_t>(connect_flags(c)));
  put_two(body, c.keep_alive_s);
  if (c.version == Version::v5) {
    PropertyWriter properties;
    if (!c.clean) properties.four(Property::session_expiry, 0xffffffff);
    if (c.receive_maximum != 0xffff) properties.two(Property::receive_maximum, c.receive_maximum);
    put_properties(body, properties);
  }
  put_text(body, c.client_id);
  if (c.will) {
    if (c.version == Version::v5) put_byte(body, 0);
    put_text(body, c.will->topic);
    put_text(body, c.will->payload);
  }
  if (c.username) put_text(body, *c.username);
  if (c.password) put_text(body, *c.password);
  put_packet(to, Type::connect, 0, body);
}

void write_publish(std::string& to, const Publish& p, Version version) {
  std::string head;
  put_text(head, p.topic);
  if (p.qos != 0) put_two(head, p.id);
  if (version == Version::v5) {
    put_varint(head, p.properties.size());
    head.append(p.properties);
  }
  const unsigned flags =
      (p.dup ? 8U : 0U) | static_cast<unsigned>(p.qos) << 1U | (p.retain ? 1U : 0U);
  put_byte(to, first_byte(Type::publish, flags));
  put_varint(to, head.size() + p.payload.size());
  to.append(head).append(p.payload);
}

void write_answer(std::string& to, Type type, std::uint16_t id) {
  put_byte(to, first_byte(type, type == Type::pubrel ? 2 : 0));
  put_byte(to, 2);
  put_two(to, id);
}

void write_subscribe(std::string& to, std::uint16_t id, const std::vector<std::string>& topics,
                     std::uint8_t qos, Version version) {
  std::string body;
  put_two(body, id);
  if (version == Version::v5) put_byte(body, 0);
  for (const std::string& topic : topics) {
    put_text(body, topic);
    put_byte(body, qos);
  }
  put_packet(to, Type::subscribe, 2, body);
}

void write_ping(std::string& to) { put_packet(to, Type::pingreq, 0, {}); }
void write_disconnect(std::string& to) { put_packet(to, Type::disconnect, 0, {}); }

// ---- reading ----

ConnectAnswer read_connack(const Packet& packet, Version version) {
  WireReader from(packet.body);
  ConnectAnswer answer;
  answer.session_present = (from.byte() & 1U) != 0;
  answer.reason = from.byte();
  // A broker of version 3 answers a client of version 5 without properties.
  if (version == Version::v5 && !from.empty()) answer.properties = read_properties(from);
  return answer;
}

Publish read_publish(const Packet& packet, Version version) {
  WireReader from(packet.body);
  Publish p;
  p.dup = (packet.flags & 8U) != 0;
  p.retain = (packet.flags & 1U) != 0;
  p.qos = packet.flags >> 1U & 3U;
  if (p.qos == 3) throw fail("a message with quality of service 3");
  p.topic = from.text();
  if (p.qos != 0) p.id = from.two();
  if (version == Version::v5) read_properties(from);
  if (p.qos != 0 && p.id == 0) throw fail("a message with packet identifier 0");
  p.payload = from.rest();
  return p;
}

Answer read_answer(const Packet& packet, Version version) {
  WireReader from(packet.body);
  Answer answer;
  answer.id = from.two();
  if (version == Version::v5 && !from.empty()) answer.reason = from.byte();
  return answer;
}

SubscribeAnswer read_suback(const Packet& packet, Version version) {
  WireReader from(packet.body);
  SubscribeAnswer answer;
  answer.id = from.two();
  if (version == Version::v5) read_properties(from);
  answer.reasons = from.rest();
  return answer;
}

std::uint8_t read_disconnect(const Packet& packet) {
  return packet.body.empty() ? 0 : static_cast<std::uint8_t>(packet.body[0]);
}

std::string describe_reason(std::uint8_t reason, Version version) {
  constexpr std::array old{
      "accepted",           "protocol version refused",  "client identifier refused",
      "server unavailable", "bad user name or password", "not authorized"};
  constexpr std::array<std::pair<std::uint8_t, const char*>, 14> known{
      {{0x80, "unspecified error"},
       {0x81, "malformed packet"},
       {0x84, "protocol version refused"},
       {0x85, "client identifier refused"},
       {0x86, "bad user name or password"},
       {0x87, "not authorized"},
       {0x88, "server unavailable"},
       {0x8b, "server shutting down"},
       {0x8d, "keep alive timeout"},
       {0x8e, "session taken over by another client of this name"},
       {0x90, "topic name refused"},
       {0x95, "packet too large"},
       {0x97, "quota exceeded"},
       {0x9b, "quality of service refused"}}};
  const std::string number = " (reason " + std::to_string(reason) + ")";
  if (version == Version::v311 && reason < old.size()) return old[reason] + number;
  const auto* const at = std::find_if(known.begin(), known.end(),
                                      [reason](const auto& one) { return one.first == reason; });
  return (at == known.end() ? "refused" : at->second) + number;
}

// ---- a stream of packets ----

char* PacketReader::room(std::size_t n) {
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ + n > bytes_.size() && begin_ != 0) {
    std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(begin_),
              bytes_.begin() + static_cast<std::ptrdiff_t>(end_), bytes_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ + n > bytes_.size()) bytes_.resize(end_ + n);
  return bytes_.data() + end_;
}

std::optional<Packet> PacketReader::next() {
  const std::string_view all(bytes_.data() + begin_, end_ - begin_);
  std::size_t length = 0;
  std::size_t at = 1;
  for (unsigned shift = 0;; shift += 7, ++at) {
    if (at >= all.size()) return std::nullopt;
    if (shift > 21) throw fail("a length of more than four bytes");
    const auto one = static_cast<unsigned char>(all[at]);
    length |= static_cast<std::size_t>(one & 0x7fU) << shift;
    if (one < 0x80) break;
  }
  ++at;
  if (length > packet_max_) {
    throw fail("a packet of " + std::to_string(length) + " bytes is too large");
  }
  if (all.size() - at < length) return std::nullopt;
  const auto first = static_cast<unsigned char>(all[0]);
  begin_ += at + length;
  return Packet{static_cast<Type>(first >> 4U), static_cast<std::uint8_t>(first & 15U),
                all.substr(at, length)};
}

}  // namespace weir::mqtt
