#include "plugins/inputs/netstat/netstat.hpp"

#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "tests/support/host_tree.hpp"

namespace weir::netstat_input {
namespace {

using testing::lines;

std::string table(std::initializer_list<const char*> states) {
  std::string text = "  sl  local_address rem_address   st tx_queue rx_queue\n";
  for (const char* state : states) {
    text.append("   0: 0100007F:1F90 00000000:0000 ").append(state);
    text.append(" 00000000:00000000 00:00000000 00000000\n");
  }
  return text;
}

TEST(Netstat, CountsBothFamilies) {
  const test::HostTree tree;
  tree.write("proc/1/net/tcp", table({"0A", "01", "01", "06"}));
  tree.write("proc/1/net/tcp6", table({"0A", "0C", "0B"}));
  tree.write("proc/1/net/udp", table({"07", "07"}));
  tree.write("proc/1/net/udp6", table({"07"}));
  testing::plugin netstat(testing::descriptor<test::OnTree<Netstat>>());
  netstat.format() = {false, false};
  EXPECT_EQ(netstat.gather(),
            lines{"netstat tcp_none=0i,tcp_established=2i,tcp_syn_sent=0i,tcp_syn_recv=1i,"
                  "tcp_fin_wait1=0i,tcp_fin_wait2=0i,tcp_time_wait=1i,tcp_close=0i,"
                  "tcp_close_wait=0i,tcp_last_ack=0i,tcp_listen=2i,tcp_closing=1i,udp_socket=3i"});
}

TEST(Netstat, DoesWithoutIpv6) {
  const test::HostTree tree;
  tree.write("proc/1/net/tcp", table({"01"}));
  tree.write("proc/1/net/udp", table({}));
  testing::plugin netstat(testing::descriptor<test::OnTree<Netstat>>());
  EXPECT_NE(netstat.gather().at(0).find("tcp_established=1i"), std::string::npos);
}

TEST(Netstat, SaysWhatCannotBeRead) {
  const test::HostTree tree;
  testing::plugin netstat(testing::descriptor<test::OnTree<Netstat>>());
  const testing::failure failed = testing::failure_of([&] { netstat.gather(); });
  EXPECT_EQ(failed.status, WEIR_E_RETRY);
  EXPECT_NE(failed.message.find("net/tcp"), std::string::npos) << failed.message;
}

TEST(States, OfBrokenLinesAreLeftOut) {
  States states{};
  count_states("headings\n 0: a b 01 x\nshort\n\n 1: a b zz x\n 2: a b FF x\n 3: a b 0A", states);
  EXPECT_EQ(states[1], 1);
  EXPECT_EQ(states[10], 1);
  EXPECT_EQ(states[0], 1);
  EXPECT_EQ(count_sockets(""), 0);
}

TEST(Netstat, ReadsThisMachine) {
  testing::plugin netstat(testing::descriptor<Netstat>());
  EXPECT_EQ(netstat.gather().size(), 1U);
}

}  // namespace
}  // namespace weir::netstat_input
