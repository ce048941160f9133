#include "plugins/outputs/prometheus_client/prometheus_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <functional>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "tests/support/http_client.hpp"

namespace weir::prometheus_client {
namespace {

sockaddr_storage peer(const std::string& address) {
  sockaddr_storage all{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(all);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(all);
  if (inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    all.ss_family = AF_INET;
  } else if (inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
    all.ss_family = AF_INET6;
  }
  return all;
}

bool in_range(const std::string& address, const std::string& range) {
  return Networks({range}).allow(peer(address));
}

TEST(Networks, TakeNetworksAndAddresses) {
  EXPECT_TRUE(in_range("10.1.2.3", "10.0.0.0/8"));
  EXPECT_FALSE(in_range("11.1.2.3", "10.0.0.0/8"));
  EXPECT_TRUE(in_range("10.1.2.3", "10.1.2.3"));
  EXPECT_TRUE(in_range("::ffff:10.1.2.3", "10.1.2.3"));
  EXPECT_TRUE(in_range("192.168.1.2", "192.168.1.0/30"));
  EXPECT_FALSE(in_range("192.168.1.4", "192.168.1.0/30"));
  EXPECT_TRUE(in_range("fd00::1", "fd00::/16"));
  EXPECT_FALSE(in_range("fd01::1", "fd00::/16"));
  EXPECT_FALSE(in_range("10.1.2.3", "fd00::/16"));
  EXPECT_TRUE(in_range("10.1.2.3", "0.0.0.0/0"));
  EXPECT_FALSE(in_range("unix", "0.0.0.0/0"));
  EXPECT_TRUE(Networks().allow(peer("unix")));
}

TEST(Networks, RefuseWhatTheyAreNot) {
  for (const char* range :
       {"", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "x", "10.0.0.0/", "1.1.1.1/-1"}) {
    EXPECT_THROW(Networks({range}), config_error) << range;
  }
}

// GET over a loopback socket; the whole answer.
std::string get(std::uint16_t port, const std::string& path, const std::string& extra = {}) {
  http::TestClient client(port);
  client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + extra + "\r\n");
  return client.rest();
}

class Scrape : public ::testing::Test {
 protected:
  void begin(const std::string& options) {
    plugin_ = std::make_unique<weir::testing::plugin>(weir::testing::descriptor<PrometheusClient>(),
                                                      "listen = \"127.0.0.1:0\"\n" + options);
    plugin_->start();
    port_ = plugin_->host().port();
  }
  std::string page(const std::string& path = "/metrics", const std::string& extra = {}) {
    return get(port_, path, extra);
  }
  std::unique_ptr<weir::testing::plugin> plugin_;
  std::uint16_t port_{0};
};

TEST_F(Scrape, ShowsEachNumberAsASeries) {
  begin("metric_version = 2");
  plugin_->write({"cpu,host=a usage=1.5,n=2i 1000000000", "mem,host=b ok=t,s=\"x y\" 1000000000"});
  const std::string text = page();
  EXPECT_NE(text.find("HTTP/1.1 200"), std::string::npos);
  EXPECT_NE(text.find("text/plain; version=0.0.4; charset=utf-8"), std::string::npos);
  EXPECT_NE(text.find("# TYPE cpu_usage untyped\ncpu_usage{host=\"a\"} 1.5\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("mem_ok{host=\"b\",s=\"x y\"} 1\n"), std::string::npos);
}

TEST_F(Scrape, TheNewestSampleWins) {
  begin("");
  plugin_->write({"m value=1 2000000000", "m value=2 3000000000", "m value=3 1000000000"});
  EXPECT_NE(page().find("\nm 2\n"), std::string::npos);
}

TEST_F(Scrape, OtherPathsAreNotFound) {
  begin("path = \"/other\"");
  EXPECT_NE(page("/metrics").find("404"), std::string::npos);
  EXPECT_NE(page("/other").find("200"), std::string::npos);
}

TEST_F(Scrape, AsksForUserAndPassword) {
  begin("basic_username = \"u\"\nbasic_password = \"p\"");
  EXPECT_NE(page().find("401"), std::string::npos);
  EXPECT_NE(page("/metrics", "Authorization: Basic dTpw\r\n").find("200"), std::string::npos);
}

TEST_F(Scrape, RefusesOtherNetworks) {
  begin("ip_range = [\"10.0.0.0/8\"]");
  EXPECT_NE(page().find("403"), std::string::npos);
}

TEST_F(Scrape, CompressesWhenAsked) {
  begin("");
  plugin_->write({"m value=1 1"});
  EXPECT_NE(page("/metrics", "Accept-Encoding: gzip\r\n").find("Content-Encoding: gzip"),
            std::string::npos);
}

TEST_F(Scrape, TypesCanBeSet) {
  begin("[metric_types]\ncounter = [\"*_total\"]");
  plugin_->write({"m req_total=1 1"});
  EXPECT_NE(page().find("# TYPE m_req_total counter"), std::string::npos);
}

// ---- the collection ------------------------------------------------------------------------------------------

class Rows {
 public:
  explicit Rows(const std::function<void(builder&)>& make) {
    builder b;
    make(b);
    bytes_.resize(b.bytes() / sizeof(Chunk) + 1);
    b.seal(reinterpret_cast<std::uint8_t*>(bytes_.data()));
  }
  batch get() const { return batch(reinterpret_cast<const weir_batch*>(bytes_.data())); }

 private:
  struct alignas(64) Chunk {
    std::uint64_t words[8];
  };
  std::vector<Chunk> bytes_;
};

TEST(Collection, HistogramsOfVersion1And2Agree) {
  const Rows one([](builder& b) {
    b.metric("lat", 1)
        .kind(WEIR_HISTOGRAM)
        .field("0.1", 1.0)
        .field("+Inf", 4.0)
        .field("sum", 5.5)
        .field("count", 4.0);
  });
  const Rows two([](builder& b) {
    b.metric("prometheus", 1).kind(WEIR_HISTOGRAM).field("lat_sum", 5.5).field("lat_count", 4.0);
    b.metric("prometheus", 1).kind(WEIR_HISTOGRAM).tag("le", "0.1").field("lat_bucket", 1.0);
    b.metric("prometheus", 1).kind(WEIR_HISTOGRAM).tag("le", "+Inf").field("lat_bucket", 4.0);
  });
  for (const int version : {1, 2}) {
    CollectionSettings s;
    s.version = version;
    Collection all(std::move(s));
    for (const row r : (version == 1 ? one : two).get()) all.add(r, 1);
    const auto families = all.families();
    ASSERT_EQ(families.size(), 1U);
    const auto& h = families[0].metric.at(0).histogram;
    EXPECT_EQ(families[0].name, "lat");
    EXPECT_EQ(h.sample_count, 4U);
    EXPECT_EQ(h.bucket.size(), 2U);
    EXPECT_EQ(h.bucket[0].cumulative_count, 1U);
  }
}

TEST(Collection, PartsThatAreNoCountsAreLeftOut) {
  const Rows rows([](builder& b) {
    b.metric("lat", 1).kind(WEIR_HISTOGRAM).field("0.1", -1.0).field("count", 4.0).field("x", 2.0);
  });
  Collection all{CollectionSettings{}};
  for (const row r : rows.get()) all.add(r, 1);
  const auto families = all.families();
  const auto& h = families.at(0).metric.at(0).histogram;
  EXPECT_TRUE(h.bucket.empty());
  EXPECT_EQ(h.sample_count, 4U);
}

TEST(Collection, AFieldCalledValueHasTheMetricsNameInVersionOneOnly) {
  const Rows rows([](builder& b) { b.metric("m", 1).field("value", 1.0); });
  for (const int version : {1, 2}) {
    CollectionSettings s;
    s.version = version;
    Collection all(std::move(s));
    for (const row r : rows.get()) all.add(r, 1);
    ASSERT_EQ(all.families().size(), 1U);
    EXPECT_EQ(all.families().begin()->name, version == 1 ? "m" : "m_value");
  }
}

TEST(Collection, SeriesExpireAfterTheirLastArrival) {
  CollectionSettings s;
  s.expiration_ns = 10;
  std::int64_t charged = 0;
  s.charge = [&charged](std::int64_t bytes) { return charged += bytes, true; };
  Collection all(std::move(s));
  const Rows rows([](builder& b) { b.metric("m", 1).field("value", 1.0); });
  for (const row r : rows.get()) all.add(r, 100);
  EXPECT_GT(charged, 0);
  all.expire(110);
  EXPECT_EQ(all.families().size(), 1U);
  all.expire(111);
  EXPECT_TRUE(all.families().empty());
  EXPECT_EQ(charged, 0);
}

TEST(Collection, NewSeriesAreLeftOutWhenMemoryIsSpent) {
  CollectionSettings s;
  s.charge = [](std::int64_t) { return false; };
  Collection all(std::move(s));
  const Rows rows([](builder& b) { b.metric("m", 1).field("value", 1.0); });
  for (const row r : rows.get()) EXPECT_EQ(all.add(r, 1), 1U);
  EXPECT_TRUE(all.families().empty());
}

}  // namespace
}  // namespace weir::prometheus_client
