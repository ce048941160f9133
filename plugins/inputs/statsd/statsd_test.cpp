#include "plugins/inputs/statsd/statsd.hpp"

#include <chrono>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "plugins/inputs/statsd/tcp_server.hpp"
#include "tests/support/socket_client.hpp"

namespace weir::statsd {
namespace {

using weir::testing::failure_of;
using weir::testing::lines;
using Kit = weir::testing::plugin;

class Receiving : public testing::Test {
 public:
  // A violation that the kit finds at its end ends the program.
  ~Receiving() noexcept override = default;

 protected:
  void start(const std::string& toml = {}) {
    kit_.emplace(weir::testing::descriptor<Statsd>(), "service_address = '127.0.0.1:0'\n" + toml);
    kit_->format().time = false;
    kit_->start();
  }
  test::SocketClient client() { return test::SocketClient::udp(kit_->host().port()); }
  test::SocketClient tcp_client() { return test::SocketClient::tcp(kit_->host().port()); }
  void wait_metric(const char* name, std::uint64_t least) {
    while (kit_->metric(name) < least) {
      kit_->host().wait_rows(WEIR_NO_ID, std::chrono::milliseconds(1));
    }
  }
  void wait_connections(std::uint64_t n) {
    while (kit_->metric("connections") != n) {
      kit_->host().wait_rows(WEIR_NO_ID, std::chrono::milliseconds(1));
    }
  }

  std::optional<Kit> kit_;
};

TEST_F(Receiving, CountsDatagrams) {
  start();
  const auto from = client();
  from.send("a:1|c\nb:5|g\n");
  from.send("a:2|c");
  wait_metric("datagrams_received", 2);
  EXPECT_EQ(kit_->gather(),
            (lines{"a,metric_type=counter value=3i", "b,metric_type=gauge value=5"}));
  EXPECT_EQ(kit_->gather(), lines{});
  EXPECT_EQ(kit_->metric("values_received"), 3U);
  EXPECT_EQ(kit_->metric("bytes_received"), 17U);
}

TEST_F(Receiving, OnIpv6) {
  kit_.emplace(weir::testing::descriptor<Statsd>(),
               "service_address = '[::1]:0'\nprotocol = 'udp6'\ndatadog_extensions = true");
  kit_->format().time = false;
  kit_->start();
  test::SocketClient::inet6(SOCK_DGRAM, kit_->host().port()).send("_sc|c|0");
  kit_->host().wait_rows(1);
  EXPECT_EQ(kit_->take_rows(), lines{"statsd_service_check,check_name=c,source=::1 status=0i,"
                                     "status_text=\"ok\""});
}

TEST_F(Receiving, TakesManyDatagramsAtOnce) {
  start();
  const auto from = client();
  for (int i = 0; i < 1000; ++i) from.send("n" + std::to_string(i % 10) + ":1|c");
  wait_metric("datagrams_received", 1000 - kit_->metric("datagrams_dropped"));
  EXPECT_EQ(kit_->gather().size(), 10U);
}

TEST_F(Receiving, TakesLinesOfConnections) {
  start("protocol = 'tcp'");
  auto from = tcp_client();
  from.send("a:1|c\na:2|");
  wait_metric("values_received", 1);
  from.send("c\nb:1|c");
  wait_metric("values_received", 2);
  from.close();
  wait_metric("values_received", 3);
  wait_connections(0);
  EXPECT_EQ(kit_->gather(),
            (lines{"a,metric_type=counter value=3i", "b,metric_type=counter value=1i"}));
  EXPECT_EQ(kit_->metric("connections_accepted"), 1U);
}

TEST_F(Receiving, RefusesConnectionsBeyondTheLimit) {
  start("protocol = 'tcp'\nmax_tcp_connections = 1\ntcp_keep_alive = true");
  auto first = tcp_client();
  wait_connections(1);
  EXPECT_TRUE(tcp_client().closed_by_peer());
  wait_metric("connections_refused", 1);
  first.close();
  wait_connections(0);
  const auto second = tcp_client();
  second.send("a:1|c\n");
  wait_metric("values_received", 1);
}

TEST_F(Receiving, EndsAConnectionWhoseLineHasNoEnd) {
  start("protocol = 'tcp'");
  const auto from = tcp_client();
  from.send("good:1|c\n" + std::string(TcpServer::line_bytes_max, 'x'));
  EXPECT_TRUE(from.closed_by_peer());
  EXPECT_TRUE(kit_->host().logged_text("longer than 64 KiB", WEIR_LOG_ERROR));
  EXPECT_EQ(kit_->gather(), lines{"good,metric_type=counter value=1i"});
}

TEST_F(Receiving, ReportsBadLines) {
  start();
  client().send("bad\nworse\ngood:1|c");
  wait_metric("values_received", 1);
  ASSERT_EQ(kit_->host().bad().size(), 1U);
  EXPECT_EQ(kit_->host().bad()[0].count, 2U);
  EXPECT_EQ(kit_->host().bad()[0].excerpt, "bad");
}

TEST_F(Receiving, SendsEventsWhenTheHostHasRoom) {
  start("datadog_extensions = true");
  kit_->host().block();
  client().send("_e{1,1}:a|b");
  wait_metric("datagrams_received", 1);
  kit_->host().unblock();
  client().send("_e{1,1}:c|d");
  kit_->host().wait_rows(2);
  EXPECT_EQ(kit_->take_rows().size(), 2U);
}

TEST_F(Receiving, SendsEventsWithTheNextReportAtTheLatest) {
  start("datadog_extensions = true");
  kit_->host().block();
  client().send("_e{1,1}:a|b");
  wait_metric("datagrams_received", 1);
  kit_->host().unblock();
  EXPECT_EQ(kit_->gather().size(), 1U);
}

TEST_F(Receiving, CountsWhatTheKernelDropped) {
  start("allowed_pending_messages = 0\nread_buffer_size = '4KiB'");
  const auto from = client();
  std::uint64_t sent = 0;
  const std::string large(60'000, 'x');
  while (kit_->metric("datagrams_dropped") == 0) {
    for (int i = 0; i < 50; ++i, ++sent) from.send("a:1|c\n" + large);
    wait_metric("datagrams_received", 1);
  }
  EXPECT_TRUE(kit_->host().logged_text("net.core.rmem_max", WEIR_LOG_WARN));
  EXPECT_LT(kit_->metric("datagrams_received"), sent);
}

TEST_F(Receiving, ReportsOnceMoreWhenItStops) {
  start();
  client().send("a:1|c");
  kit_->stop();
  EXPECT_EQ(kit_->take_rows(), lines{"a,metric_type=counter value=1i"});
}

TEST_F(Receiving, ReadsConnectionsToTheirEndWhenItStops) {
  start("protocol = 'tcp'");
  const auto from = tcp_client();
  from.send("a:1|c\nb:1|c");
  wait_metric("values_received", 1);
  from.send("\nc:1|c\nunfini");
  kit_->stop();
  EXPECT_EQ(kit_->take_rows().size(), 3U);
}

TEST_F(Receiving, StartsAgain) {
  start();
  kit_->stop();
  kit_->start();
  client().send("a:1|c");
  wait_metric("values_received", 1);
  EXPECT_EQ(kit_->gather().size(), 1U);
}

TEST(StatsdConfig, RefusesWhatItDoesNotKnow) {
  const auto refusal = [](const std::string& toml) {
    return failure_of([&] { Kit p(weir::testing::descriptor<Statsd>(), toml); }).path;
  };
  EXPECT_EQ(refusal("protocol = 'unixgram'"), "protocol");
  EXPECT_EQ(refusal("sanitize_name_method = 'mine'"), "sanitize_name_method");
  EXPECT_EQ(refusal("templates = ['a b c d e']"), "templates[0]");
  EXPECT_EQ(refusal("max_tcp_connections = 0"), "max_tcp_connections");
  EXPECT_EQ(refusal("number_workers_threads = 0"), "number_workers_threads");
  EXPECT_EQ(refusal("parse_data_dog_tags = true\npercentiles = [50, 99.9]\nmax_ttl = '10h'"), "");
}

}  // namespace
}  // namespace weir::statsd
