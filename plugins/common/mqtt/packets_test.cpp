#include "plugins/common/mqtt/packets.hpp"

#include <gtest/gtest.h>

#include <weir/error.hpp>

#include "plugins/common/mqtt/client_options.hpp"

namespace weir::mqtt {
namespace {

using namespace std::string_literals;

// A reader that was given all of it in pieces of n bytes.
std::vector<std::string> cut(const std::string& bytes, std::size_t n) {
  PacketReader reader(1000);
  std::vector<std::string> bodies;
  for (std::size_t at = 0; at < bytes.size(); at += n) {
    const std::string piece = bytes.substr(at, n);
    piece.copy(reader.room(piece.size()), piece.size());
    reader.added(piece.size());
    while (const auto p = reader.next()) {
      bodies.push_back(std::to_string(static_cast<int>(p->type)) + std::string(p->body));
    }
  }
  EXPECT_EQ(reader.waiting(), 0U);
  return bodies;
}

TEST(PacketReader, CutsWhereverTheReadsWere) {
  std::string bytes;
  write_ping(bytes);
  write_publish(bytes, {"a/b", std::string(300, 'x')}, Version::v311);
  write_answer(bytes, Type::puback, 7);
  const std::vector<std::string> all{"12", "3\0\3a/b"s + std::string(300, 'x'), "4\0\7"s};
  for (std::size_t n = 1; n <= bytes.size(); ++n) EXPECT_EQ(cut(bytes, n), all) << n;
}

TEST(PacketReader, RefusesWhatIsTooLarge) {
  PacketReader reader(10);
  const std::string bytes = "\x30\x0b"s;
  bytes.copy(reader.room(2), 2);
  reader.added(2);
  EXPECT_THROW(reader.next(), fail);
  reader.clear();
  const std::string endless = "\x30\xff\xff\xff\xff\x01"s;
  endless.copy(reader.room(6), 6);
  reader.added(6);
  EXPECT_THROW(reader.next(), fail);
}

Packet packet_of(std::string& bytes) {
  static PacketReader reader(100000);
  reader.clear();
  bytes.copy(reader.room(bytes.size()), bytes.size());
  reader.added(bytes.size());
  return reader.next().value();
}

TEST(Packets, APublishIsReadAsItWasWritten) {
  PropertyWriter properties;
  properties.pair("k", "v");
  properties.four(Property::message_expiry, 5);
  properties.text(Property::content_type, "text");
  for (const Version version : {Version::v311, Version::v5}) {
    std::string bytes;
    Publish sent{"topic", "payload", 2, true, true, 77, {}};
    if (version == Version::v5) sent.properties = properties.bytes();
    write_publish(bytes, sent, version);
    const Publish got = read_publish(packet_of(bytes), version);
    EXPECT_EQ(got.topic, "topic");
    EXPECT_EQ(got.payload, "payload");
    EXPECT_EQ(got.qos, 2);
    EXPECT_EQ(got.id, 77);
    EXPECT_TRUE(got.retain && got.dup);
  }
}

TEST(Packets, ConnectHasTheBytesOfTheStandard) {
  Connect c;
  c.client_id = "id";
  c.username = "u";
  c.password = "p";
  c.keep_alive_s = 60;
  std::string bytes;
  write_connect(bytes, c);
  EXPECT_EQ(bytes, "\x10\x14\0\4MQTT\4\xc2\0\x3c\0\2id\0\1u\0\1p"s);
  c = {};
  c.version = Version::v5;
  c.clean = false;
  c.receive_maximum = 20;
  c.will = Connect::Will{"w", "gone", 1};
  bytes.clear();
  write_connect(bytes, c);
  EXPECT_EQ(bytes,
            "\x10\x1f\0\4MQTT\5\x0c\0\0\x08\x11\xff\xff\xff\xff\x21\0\x14\0\0\0\0\1w\0\4gone"s);
}

TEST(Packets, SubscribeAndAnswers) {
  std::string bytes;
  write_subscribe(bytes, 3, {"a", "b/#"}, 1, Version::v5);
  EXPECT_EQ(bytes, "\x82\x0d\0\3\0\0\1a\1\0\3b/#\1"s);
  bytes.clear();
  write_answer(bytes, Type::pubrel, 258);
  EXPECT_EQ(bytes, "\x62\2\1\2"s);
  EXPECT_EQ(read_answer(packet_of(bytes), Version::v5).id, 258);
  bytes = "\x50\3\1\2\x97"s;
  EXPECT_EQ(read_answer(packet_of(bytes), Version::v5).reason, 0x97);
  bytes = "\x90\4\0\3\0\x87"s;
  EXPECT_EQ(read_suback(packet_of(bytes), Version::v5).reasons, "\x87");
  EXPECT_EQ(describe_reason(5, Version::v311), "not authorized (reason 5)");
  EXPECT_EQ(describe_reason(0x87, Version::v5), "not authorized (reason 135)");
}

TEST(Packets, TheAnswerToConnectTellsTheLimits) {
  std::string bytes = "\x20\x12\1\0\x0f\x21\0\x14\x22\0\x0a\x13\0\x1e\x26\0\1k\0\1v"s;
  bytes[1] = static_cast<char>(bytes.size() - 2);
  bytes[4] = static_cast<char>(bytes.size() - 5);
  const ConnectAnswer got = read_connack(packet_of(bytes), Version::v5);
  EXPECT_TRUE(got.session_present);
  EXPECT_EQ(got.properties.number(Property::receive_maximum, 0), 20U);
  EXPECT_EQ(got.properties.number(Property::topic_alias_maximum, 0), 10U);
  EXPECT_EQ(got.properties.number(Property::server_keep_alive, 0), 30U);
  EXPECT_FALSE(got.properties.has(Property::maximum_packet));
}

TEST(Packets, WhatIsNoneIsRefused) {
  std::string bytes = "\x36\5\0\1a\0\1"s;  // quality of service 3
  EXPECT_THROW(read_publish(packet_of(bytes), Version::v311), fail);
  bytes = "\x32\5\0\1a\0\0"s;  // packet identifier 0
  EXPECT_THROW(read_publish(packet_of(bytes), Version::v311), fail);
  bytes = "\x30\2\0\5"s;  // a topic beyond the end
  EXPECT_THROW(read_publish(packet_of(bytes), Version::v311), fail);
  bytes = "\x30\6\0\1a\2\x7f\0"s;  // an unknown property
  EXPECT_THROW(read_publish(packet_of(bytes), Version::v5), fail);
}

TEST(Servers, AreReadInAllForms) {
  const Server plain = parse_server("localhost", "servers");
  EXPECT_EQ(plain.host + " " + plain.port, "localhost 1883");
  EXPECT_FALSE(plain.tls);
  const Server tls = parse_server("ssl://[::1]:99/", "servers");
  EXPECT_EQ(tls.host + " " + tls.port, "::1 99");
  EXPECT_TRUE(tls.tls);
  EXPECT_EQ(parse_server("mqtts://[fe80::1]", "servers").port, "8883");
  for (const char* wrong : {"ws://a:1", "http://a:1", "tcp://", "a:b", ""}) {
    EXPECT_THROW(parse_server(wrong, "servers"), config_error) << wrong;
  }
}

}  // namespace
}  // namespace weir::mqtt
