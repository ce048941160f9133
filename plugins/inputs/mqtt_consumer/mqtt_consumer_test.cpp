#include "plugins/inputs/mqtt_consumer/mqtt_consumer.hpp"

#include <memory>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::mqtt_consumer {
namespace {

// ---- the topic ----

std::string parsed(const TopicParsing& options, std::string_view topic) {
  const TopicParser parser(options, "topic_parsing[0]");
  builder rows;
  rows.raw("text", WEIR_RAW_RECORD);
  parser.apply(topic, rows);
  testing::block_memory memory(rows.bytes());
  rows.seal(memory.data());
  const batch all(memory.head());
  const row r = *all.begin();
  std::string text = r.raw().name == WEIR_NO_ID ? "" : std::string(r.name());
  for (const auto& t : r.tags()) text += " " + std::string(t.key) + "=" + std::string(t.value);
  for (std::uint32_t i = 1; i < r.raw().n_field; ++i) {
    const weir_field& f = r.home().fields()[r.raw().field0 + i];
    text += " " + std::string(r.home().str(f.key)) + ":" + std::to_string(f.type);
  }
  return text;
}

TopicParsing options(const char* topic, const char* measurement, const char* tags,
                     const char* fields, map<std::string> types = {}) {
  TopicParsing o;
  o.topic = topic;
  o.measurement = measurement;
  o.tags = tags;
  o.fields = fields;
  o.types = std::move(types);
  return o;
}

TEST(TopicParsing, GivesNameTagsAndFields) {
  const TopicParsing o = options("telegraf/+/cpu/23", "_/_/measurement/_", "tag/_/_/_",
                                 "_/_/_/test", {{"test", "int"}});
  EXPECT_EQ(parsed(o, "telegraf/one/cpu/23"), "cpu tag=telegraf test:1");
  EXPECT_EQ(parsed(o, "telegraf/one/mem/23"), "");
  EXPECT_EQ(parsed(o, "telegraf/one/cpu/23/more"), "");
}

TEST(TopicParsing, WithoutATopicTheLengthDecides) {
  const TopicParsing o = options("", "/measurement/_/_/_/_", "/_/site/version/device/field", "");
  EXPECT_EQ(parsed(o, "/sensors/CLE/v1/device5/temp"),
            "sensors device=device5 field=temp site=CLE version=v1");
  EXPECT_EQ(parsed(o, "sensors/CLE"), "");
}

TEST(TopicParsing, WhatFollowsAHashCountsFromTheEnd) {
  const TopicParsing o = options("a/#/z", "", "first/#/last", "");
  EXPECT_EQ(parsed(o, "a/b/c/z"), " first=a last=z");
  EXPECT_EQ(parsed(o, "a/z"), " first=a last=z");
  EXPECT_EQ(parsed(o, "a/b/c"), "");
}

TEST(TopicParsing, FieldsHaveTypes) {
  const TopicParsing o =
      options("", "", "", "i/u/f/s", {{"i", "int"}, {"u", "uint"}, {"f", "float"}});
  EXPECT_EQ(parsed(o, "-1/2/3.5/x"), " i:1 u:2 f:3 s:5");
  EXPECT_THROW(parsed(o, "one/2/3.5/x"), fail);
  EXPECT_THROW(parsed(o, "1/-2/3.5/x"), fail);
}

// ---- acknowledgements ----

std::string told(const std::vector<Undelivered::Answer>& answers) {
  std::string text;
  for (const auto& a : answers) {
    text += (a.type == mqtt::Type::puback ? " puback " : " pubrec ") + std::to_string(a.id);
  }
  return text;
}

class Deliveries : public ::testing::Test {
 protected:
  std::unique_ptr<Undelivered> all_ = std::make_unique<Undelivered>();
};

TEST_F(Deliveries, AreAnsweredWhenTheyAreSafe) {
  all_->add(0, 0);
  all_->add(5, 1);
  all_->add(6, 2);
  const std::uint64_t a = all_->end_batch();
  all_->add(7, 1);
  const std::uint64_t b = all_->end_batch();
  EXPECT_EQ(all_->messages(), 4U);
  EXPECT_EQ(told(all_->safe(b)), " puback 7");
  EXPECT_EQ(told(all_->safe(a)), " puback 5 pubrec 6");
  EXPECT_EQ(told(all_->safe(a)), "");
  EXPECT_EQ(all_->messages(), 0U);
}

TEST_F(Deliveries, AMessageThatIsSentAgainIsKnown) {
  all_->add(5, 1);
  all_->add(6, 2);
  EXPECT_EQ(all_->known(5), Undelivered::Known::on_its_way);
  all_->safe(all_->end_batch());
  EXPECT_EQ(all_->known(5), Undelivered::Known::no);
  EXPECT_EQ(all_->known(6), Undelivered::Known::taken_over);
  all_->released(6);
  EXPECT_EQ(all_->known(6), Undelivered::Known::no);
}

TEST_F(Deliveries, OfAnOldSessionAreNotAnswered) {
  all_->add(5, 1);
  const std::uint64_t a = all_->end_batch();
  all_->add(6, 2);
  all_->session_is_new();
  EXPECT_EQ(all_->known(5), Undelivered::Known::no);
  EXPECT_EQ(told(all_->safe(a)), "");
  EXPECT_EQ(told(all_->safe(all_->end_batch())), "");
  EXPECT_EQ(all_->messages(), 0U);
}

TEST_F(Deliveries, OfALostBatchAreNotAnswered) {
  all_->add(5, 1);
  const std::uint64_t a = all_->end_batch();
  all_->refused(a);
  EXPECT_EQ(all_->known(5), Undelivered::Known::no);
  EXPECT_EQ(told(all_->safe(a)), "");
  EXPECT_EQ(all_->skip(8, 2).id, 8);
  EXPECT_EQ(all_->skip(0, 0).id, 0);
}

// ---- options ----

struct Refused {
  const char* toml;
  const char* option;
};
class RefusedOptions : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedOptions, AreNamed) {
  try {
    testing::plugin p(testing::descriptor<MqttConsumer>(), GetParam().toml);
    FAIL() << "accepted";
  } catch (const testing::failure& f) {
    EXPECT_EQ(f.status, WEIR_E_CONFIG);
    EXPECT_EQ(f.path, GetParam().option);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedOptions,
    ::testing::Values(
        Refused{"", "topics"}, Refused{"topics = [\"a\"]\nservers = []", "servers"},
        Refused{"topics = [\"a\"]\nservers = [\"tcp://a\", \"ws://b\"]", "servers[1]"},
        Refused{"topics = [\"a\"]\npersistent_session = true", "client_id"},
        Refused{"topics = [\"a\"]\nkeepalive = \"1500ms\"", "keepalive"},
        Refused{"topics = [\"a\"]\nconnection_timeout = \"1ms\"", "connection_timeout"},
        Refused{"topics = [\"a\"]\nqos = 3", "qos"},
        Refused{"topics = [\"a\"]\n[[topic_parsing]]\ntopic = \"a/b\"\ntags = \"x\"",
                "topic_parsing[0]"},
        Refused{"topics = [\"a\"]\n[[topic_parsing]]\nmeasurement = \"a/b\"",
                "topic_parsing[0].measurement"},
        Refused{"topics = [\"a\"]\n[[topic_parsing]]\ntags = \"#/a/#\"", "topic_parsing[0].tags"},
        Refused{
            "topics = [\"a\"]\n[[topic_parsing]]\nfields = \"f\"\n[topic_parsing.types]\nf = \"x\"",
            "topic_parsing[0].types.f"}));

TEST(Start, SaysThatNobodyAnswers) {
  testing::plugin p(testing::descriptor<MqttConsumer>(),
                    "topics = [\"a\"]\nservers = [\"127.0.0.1:1\"]\nconnection_timeout = \"1s\"");
  try {
    p.start();
    FAIL() << "started";
  } catch (const testing::failure& f) {
    EXPECT_EQ(f.status, WEIR_E_RETRY) << f.what();
  }
}

}  // namespace
}  // namespace weir::mqtt_consumer
