#include "plugins/outputs/kafka/kafka.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::kafka_output {
namespace {

// A batch of one row, to route.
class OneRow {
 public:
  OneRow() {
    builder b;
    b.metric("cpu", 5)
        .tag("host", "a")
        .tag("dc", "x")
        .field("v", std::int64_t{7})
        .field("s", "text");
    bytes_.resize(b.bytes() / sizeof(std::uint64_t) + 1);
    b.seal(reinterpret_cast<std::uint8_t*>(bytes_.data()));
  }
  row get() const {
    const block b(reinterpret_cast<const weir_batch*>(bytes_.data()));
    return {b, b.rows()[0]};
  }

 private:
  struct alignas(64) Chunk {
    std::uint64_t words[8];
  };
  std::vector<Chunk> bytes_{64};
};

TopicSuffix suffix(const char* method, std::vector<std::string> keys, const char* separator) {
  TopicSuffix s;
  s.method = method;
  s.keys = std::move(keys);
  s.separator = separator;
  return s;
}

TEST(Routing, TopicFromOptionTagAndSuffix) {
  const OneRow one;
  EXPECT_EQ(Routing({"t", "", "", "", {}}).topic(one.get()), "t");
  EXPECT_EQ(Routing({"t", "dc", "", "", {}}).topic(one.get()), "x");
  EXPECT_EQ(Routing({"t", "absent", "", "", {}}).topic(one.get()), "t");
  EXPECT_EQ(Routing({"t", "", "", "", suffix("measurement", {}, "_")}).topic(one.get()), "t_cpu");
  EXPECT_EQ(Routing({"t", "", "", "", suffix("tags", {"host", "no", "dc"}, "__")}).topic(one.get()),
            "t__a__x");
}

TEST(Routing, KeyFromTagThenOption) {
  const OneRow one;
  EXPECT_EQ(Routing({"t", "", "host", "k", {}}).key(one.get()), "a");
  EXPECT_EQ(Routing({"t", "", "absent", "k", {}}).key(one.get()), "k");
  EXPECT_EQ(Routing({"t", "", "", "", {}}).key(one.get()).data(), nullptr);
  Routing random({"t", "", "", "random", {}});
  const std::string first(random.key(one.get()));
  EXPECT_NE(first, random.key(one.get()));
}

TEST(HeaderTemplate, FillsNameTagAndField) {
  const OneRow one;
  EXPECT_EQ(Template("a-{{ .Name }}-{{.Tag \"host\"}}-{{ .Field \"v\" }}!", "h").fill(one.get()),
            "a-cpu-a-7!");
  EXPECT_THROW(Template("{{ .Upper }}", "h"), config_error);
  EXPECT_THROW(Template("{{ .Name", "h"), config_error);
}

std::string setting(const Kafka& k, const std::string& name) {
  for (const auto& [key, value] : k.client_settings()) {
    if (key == name) return value;
  }
  return "(none)";
}

TEST(ClientSettings, FollowTheOptions) {
  Kafka k;
  k.brokers = {"a:1", "b:2"};
  k.compression_codec = 4;
  k.required_acks = -1;
  EXPECT_EQ(setting(k, "bootstrap.servers"), "a:1,b:2");
  EXPECT_EQ(setting(k, "compression.codec"), "zstd");
  EXPECT_EQ(setting(k, "security.protocol"), "plaintext");
  EXPECT_EQ(setting(k, "message.send.max.retries"), "0");
  k.sasl_mechanism = "OAUTHBEARER";
  EXPECT_EQ(setting(k, "sasl.mechanisms"), "OAUTHBEARER");
  EXPECT_EQ(setting(k, "security.protocol"), "sasl_plaintext");
  EXPECT_EQ(setting(k, "sasl.username"), "(none)");
  k.sasl_mechanism = "";
  k.enable_tls = true;
  k.idempotent_writes = true;
  EXPECT_EQ(setting(k, "security.protocol"), "ssl");
  EXPECT_EQ(setting(k, "enable.idempotence"), "true");
  EXPECT_EQ(setting(k, "message.send.max.retries"), "(none)");
}

struct Refused {
  const char* toml;
  const char* option;
};
class RefusedOptions : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedOptions, AreNamed) {
  try {
    weir::testing::plugin p(weir::testing::descriptor<Kafka>(), GetParam().toml);
    FAIL() << "accepted";
  } catch (const weir::testing::failure& f) {
    EXPECT_EQ(f.status, WEIR_E_CONFIG);
    EXPECT_EQ(f.path, GetParam().option);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedOptions,
    ::testing::Values(Refused{"brokers = []", "brokers"},
                      Refused{"socks5_enabled = true", "socks5_enabled"},
                      Refused{"exclude_topic_tag = true\ntopic_tag = \"t\"", "exclude_topic_tag"},
                      Refused{"sasl_mechanism = \"OAUTHBEARER\"", "sasl_access_token"},
                      Refused{"sasl_mechanism = \"AWS-MSK-IAM\"", "sasl_mechanism"},
                      Refused{"sasl_version = 0", "sasl_version"},
                      Refused{"[headers]\nh = \"{{ .Bad }}\"", "headers.h"}));

const Settings with_token{{"bootstrap.servers", "127.0.0.1:1"},
                          {"security.protocol", "sasl_plaintext"},
                          {"sasl.mechanisms", "OAUTHBEARER"}};

void nobody(std::span<const Fate>) {}

TEST(BearerTokens, AreTakenByTheClient) {
  const BearerToken token{"e30.e30.", "weir", {{"logicalCluster", "cluster-042"}, {"poolId", "p"}}};
  const Producer p(with_token, host{}, nobody, &token);
  EXPECT_EQ(p.fatal(), "");
}

TEST(BearerTokens, AreRefusedWhereTheyBreakTheProtocol) {
  const BearerToken reserved{"e30.e30.", "weir", {{"auth", "x"}}};
  EXPECT_THROW(Producer(with_token, host{}, nobody, &reserved), config_error);
  const BearerToken key{"e30.e30.", "weir", {{"no_letters1", "x"}}};
  EXPECT_THROW(Producer(with_token, host{}, nobody, &key), config_error);
  const BearerToken fine{"e30.e30.", "weir", {}};
  EXPECT_THROW(Producer({{"bootstrap.servers", "127.0.0.1:1"}}, host{}, nobody, &fine),
               config_error);
}

TEST(BearerTokens, ComeFromTheOptions) {
  weir::testing::plugin p(weir::testing::descriptor<Kafka>(),
                          "brokers = [\"127.0.0.1:1\"]\nsasl_mechanism = \"OAUTHBEARER\"\n"
                          "sasl_access_token = \"e30.e30.\"\n[sasl_extensions]\nauth = \"x\"");
  try {
    p.start();
    FAIL() << "accepted";
  } catch (const weir::testing::failure& f) {
    EXPECT_EQ(f.status, WEIR_E_CONFIG) << f.what();
  }
}

TEST(BearerTokens, AreWarnedOfWithOtherMechanisms) {
  weir::testing::plugin p(weir::testing::descriptor<Kafka>(), "sasl_access_token = \"t\"");
  EXPECT_TRUE(p.host().logged_text("sasl_access_token", WEIR_LOG_WARN));
}

TEST(Unreachable, StartSaysWhichBrokers) {
  Producer p({{"bootstrap.servers", "127.0.0.1:1"}}, host{}, nobody);
  EXPECT_FALSE(p.unreachable(300).empty());
}

}  // namespace
}  // namespace weir::kafka_output
