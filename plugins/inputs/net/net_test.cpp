#include "plugins/inputs/net/net.hpp"

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "tests/support/host_tree.hpp"

namespace weir::net_input {
namespace {

using testing::lines;

constexpr const char* dev =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop "
    "fifo colls carrier\n"
    "    lo: 1000      10    0    0    0     0          0         0     1000      10    0    0    "
    "0     0       0\n"
    "  eth0: 123456789 4567    1    2    3     4          5         6 987654321  7654    7    8    "
    "9    10      11\n";
constexpr const char* lo =
    "net,interface=lo "
    "bytes_recv=1000u,packets_recv=10u,err_in=0u,drop_in=0u,bytes_sent=1000u,packets_sent=10u,"
    "err_out=0u,drop_out=0u,speed=10i counter";
constexpr const char* eth0 =
    "net,interface=eth0 "
    "bytes_recv=123456789u,packets_recv=4567u,err_in=1u,drop_in=2u,bytes_sent=987654321u,"
    "packets_sent=7654u,err_out=7u,drop_out=8u,speed=-1i counter";

lines gather_with(const char* toml) {
  const test::HostTree tree;
  tree.write("proc/net/dev", dev);
  tree.write("sys/class/net/lo/speed", "10\n");
  tree.write("sys/class/net/eth0/speed", "fast\n");
  testing::plugin net(testing::descriptor<test::OnTree<Net>>(), toml);
  net.format() = {false, true};
  return net.gather();
}

TEST(Net, TakesAllInterfacesOfAGivenHost) { EXPECT_EQ(gather_with(""), (lines{lo, eth0})); }

TEST(Net, TakesTheWantedInterfaces) {
  EXPECT_EQ(gather_with("interfaces = [\"lo*\"]"), lines{lo});
  EXPECT_EQ(gather_with("interfaces = [\"eth0\", \"wlan0\"]"), lines{eth0});
  EXPECT_EQ(gather_with("interfaces = [\"{lo,eth0}\"]"), lines());
  EXPECT_EQ(gather_with("interfaces = [\"[el]*[0o]\"]"), (lines{lo, eth0}));
}

TEST(Net, RefusesPatternsThatAreNone) {
  const testing::failure failed = testing::failure_of(
      [] { testing::plugin net(testing::descriptor<Net>(), "interfaces = [\"eth[0\"]"); });
  EXPECT_EQ(failed.status, WEIR_E_CONFIG);
  EXPECT_EQ(failed.path, "interfaces");
  EXPECT_NE(failed.message.find("eth[0"), std::string::npos);
}

TEST(Net, SaysThatItHasNoProtocols) {
  testing::plugin net(testing::descriptor<Net>(), "ignore_protocol_stats = true");
  EXPECT_TRUE(net.host().logged_text("ignore_protocol_stats has no effect"));
}

struct HostItself : test::OnTree<Net> {
  HostItself() { roots.proc_is_given = false; }
};

TEST(Net, LeavesOutLoopbackAndWhatIsDownOfThisMachine) {
  const test::HostTree tree;
  tree.write("proc/net/dev", dev);
  tree.write(
      "proc/net/dev",
      "a\nb\n lo: 1 2 3 4 5 6 7 8 9 10 11 12 13\n nosuchif: 1 2 3 4 5 6 7 8 9 10 11 12 13\n");
  testing::plugin net(testing::descriptor<HostItself>());
  EXPECT_EQ(net.gather(), lines());
}

TEST(Net, SaysWhatItCannotRead) {
  const test::HostTree tree;
  testing::plugin net(testing::descriptor<test::OnTree<Net>>());
  EXPECT_EQ(testing::failure_of([&] { net.gather(); }).status, WEIR_E_RETRY);
}

TEST(Net, ReadsThisMachine) {
  testing::plugin net(testing::descriptor<Net>(), "interfaces = [\"*\"]");
  net.gather();
}

}  // namespace
}  // namespace weir::net_input
