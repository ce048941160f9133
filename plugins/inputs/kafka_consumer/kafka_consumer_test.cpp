#include "plugins/inputs/kafka_consumer/kafka_consumer.hpp"

#include <cstring>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>
#include <weir/validate.hpp>

#include "plugins/inputs/kafka_consumer/canonical.hpp"

namespace weir::kafka_consumer {
namespace {

// ---- the batch ----

const Source of_topic{"topic", 3, 100, 103};

std::vector<RecordBlock::Tag> tags_of(const char* key, const char* value) { return {{key, value}}; }

std::vector<std::string> written(RecordBlock& block) {
  testing::block_memory memory(block.bytes(of_topic));
  const std::uint32_t used = block.write(memory.data(), of_topic);
  EXPECT_LE(used, memory.size());
  EXPECT_STREQ(validate(memory.data(), used), nullptr);
  std::vector<std::string> rows;
  for (const row r : batch(memory.head())) {
    std::string text(r.message());
    for (const auto& t : r.tags()) text += " " + std::string(t.key) + "=" + std::string(t.value);
    if (r.raw().name != WEIR_NO_ID) text += " named " + std::string(r.name());
    if ((r.raw().flags & WEIR_ROW_TIME) != 0) text += " at " + std::to_string(r.time_ns());
    rows.push_back(text);
  }
  return rows;
}

TEST(RecordBlock, RecordsWithoutTagsOfTheirOwnShareOneRange) {
  RecordBlock block(tags_of("topic", "t"));
  block.add("one", 1);
  block.add("", 2);
  block.add("three", 3);
  testing::block_memory memory(block.bytes(of_topic));
  block.write(memory.data(), of_topic);
  EXPECT_EQ(memory.head()->n_tags, 1U);
  EXPECT_EQ(written(block), (std::vector<std::string>{"one topic=t", " topic=t", "three topic=t"}));
}

TEST(RecordBlock, TagsAreSortedAndTheCommonOneWins) {
  RecordBlock block(tags_of("m", "common"));
  block.add("one", 1);
  block.tag("z", "1");
  block.tag("a", "old");
  block.tag("m", "mine");
  block.tag("a", "new");
  block.add("two", 2);
  EXPECT_EQ(written(block), (std::vector<std::string>{"one a=new m=common z=1", "two m=common"}));
}

TEST(RecordBlock, ARecordMaySayTheNameAndTimeOfItsMetrics) {
  RecordBlock block;
  block.add("one", 7);
  block.fix_time();
  block.name("n");
  block.add("two", 8);
  EXPECT_EQ(written(block), (std::vector<std::string>{"one named n at 7", "two"}));
  block.clear();
  block.add("three", 9);
  EXPECT_EQ(written(block), std::vector<std::string>{"three"});
}

TEST(RecordBlock, SaysWhereTheRecordsCameFrom) {
  RecordBlock block;
  block.add("one", 1);
  testing::block_memory memory(block.bytes(of_topic));
  block.write(memory.data(), of_topic);
  const weir_batch& h = *memory.head();
  ASSERT_EQ(h.n_ext, 1U);
  weir_ext x{};
  std::memcpy(&x, memory.data() + h.off_ext, sizeof x);
  EXPECT_EQ(x.id, std::uint32_t{WEIR_X_SOURCE});
  weir_source s{};
  std::memcpy(&s, memory.data() + h.off_blob + x.off, sizeof s);
  EXPECT_EQ(s.partition, 3U);
  EXPECT_EQ(s.first, 100);
  EXPECT_EQ(s.next, 103);
  const char* stream = reinterpret_cast<const char*>(memory.data()) + h.off_blob + x.off + s.size;
  EXPECT_EQ(std::string_view(stream, s.stream_len), "topic");
}

// ---- options ----

TEST(Topics, AreNamedOrMatch) {
  const Topics both({"b", "z"}, {"^a", "x$"});
  EXPECT_TRUE(both.has_patterns());
  EXPECT_EQ(both.wanted({"ab", "ba", "b", "cx", "xc"}),
            (std::vector<std::string>{"ab", "b", "cx", "z"}));
  EXPECT_FALSE(Topics({"b"}, {}).has_patterns());
}

struct Refused {
  const char* toml;
  const char* option;
};
class RefusedOptions : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedOptions, AreNamed) {
  try {
    testing::plugin p(testing::descriptor<KafkaConsumer>(), GetParam().toml);
    FAIL() << "accepted";
  } catch (const testing::failure& f) {
    EXPECT_EQ(f.status, WEIR_E_CONFIG);
    EXPECT_EQ(f.path, GetParam().option);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedOptions,
    ::testing::Values(
        Refused{"", "topics"}, Refused{"topics = [\"t\"]\nbrokers = []", "brokers"},
        Refused{"topic_regexps = [\"a\", \"*b\"]", "topic_regexps[1]"},
        Refused{"topics = [\"t\"]\nkafka_version = \"0.9.0.1\"", "kafka_version"},
        Refused{"topics = [\"t\"]\nkafka_version = \"two\"", "kafka_version"},
        Refused{"topics = [\"t\"]\ntimestamp_source = \"outer\"", "timestamp_source"},
        Refused{"topics = [\"t\"]\nconsumer_group = \"\"", "consumer_group"},
        Refused{"topics = [\"t\"]\nconsumer_fetch_default = \"2GB\"", "consumer_fetch_default"},
        Refused{"topics = [\"t\"]\nconsumer_fetch_min = 0", "consumer_fetch_min"},
        Refused{"topics = [\"t\"]\nconsumer_fetch_max_wait = \"51s\"", "consumer_fetch_max_wait"},
        Refused{"topics = [\"t\"]\nsasl_aws_msk_iam_region = \"eu\"", "sasl_aws_msk_iam_region"},
        Refused{"topics = [\"t\"]\nsasl_gssapi_auth_type = \"KRB5_KEYTAB_AUTH\"",
                "sasl_gssapi_key_tab_path"},
        Refused{"topics = [\"t\"]\nmetadata_retry_type = \"exponential\"", "metadata_retry_type"},
        Refused{"topics = [\"t\"]\nsasl_version = 0", "sasl_version"}));

// The settings that the options make, taken by librdkafka: start() says that nobody answers, not that they are wrong.
class Settings : public ::testing::TestWithParam<const char*> {};

TEST_P(Settings, AreTakenByTheLibrary) {
  const std::string toml =
      std::string(
          "brokers = [\"127.0.0.1:1\"]\ntopics = [\"t\"]\nconnection_strategy = \"defer\"\n") +
      GetParam();
  testing::plugin p(testing::descriptor<KafkaConsumer>(), toml);
  p.start();
  p.stop();
}

INSTANTIATE_TEST_SUITE_P(
    All, Settings,
    ::testing::Values("", "kafka_version = \"2.6.0\"", "kafka_version = \"0.10.2.0\"",
                      "group_instance_id = \"one\"\nbalance_strategy = \"sticky\"",
                      "balance_strategy = \"roundrobin\"\noffset = \"newest\"",
                      "consumer_fetch_default = \"200MB\"", "consumer_fetch_default = \"1GB\"",
                      "isolation_level = \"read_committed\"\nkeep_alive_period = \"15s\"",
                      "sasl_username = \"\"\nsasl_password = \"\"",
                      "consumer_fetch_min = \"100MB\"\nconsumer_fetch_max_wait = \"50s\""));

TEST(Start, SaysWhichBrokersDoNotAnswer) {
  const kafka::Settings settings{{"bootstrap.servers", "127.0.0.1:1"}, {"group.id", "g"}};
  ConsumerSettings s;
  s.client = settings;
  const Topics topics({"t"}, {});
  testing::host h;
  Consumer c(host(h.table()), s, topics);
  EXPECT_NE(c.unreachable(200), "");
}

TEST(Canonical, NamesComeFromAddresses) {
  const auto names = canonical({"127.0.0.1:9092", "127.0.0.1:9092"});
  ASSERT_EQ(names.size(), 1U);
  EXPECT_EQ(names[0].substr(names[0].size() - 5), ":9092");
  EXPECT_THROW(canonical({"no.such.host.invalid:1"}), retry);
}

}  // namespace
}  // namespace weir::kafka_consumer
