#include "plugins/inputs/swap/swap.hpp"

#include <cerrno>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "tests/support/host_tree.hpp"

namespace weir::swap_input {
namespace {

using testing::lines;

struct HalfUsed : test::OnTree<Swap> {
  HalfUsed() {
    read_sysinfo = [](struct sysinfo* info) {
      info->totalswap = 1000;
      info->freeswap = 250;
      info->mem_unit = 4;
      return 0;
    };
  }
};
struct NoSwap : test::OnTree<Swap> {
  NoSwap() {
    read_sysinfo = [](struct sysinfo*) { return 0; };
  }
};
struct NoSysinfo : test::OnTree<Swap> {
  NoSysinfo() {
    read_sysinfo = [](struct sysinfo*) {
      errno = EFAULT;
      return -1;
    };
  }
};

template <typename Input>
lines gather_with(const char* vmstat) {
  const test::HostTree tree;
  tree.write("proc/vmstat", vmstat);
  testing::plugin swap(testing::descriptor<Input>());
  swap.format() = {false, true};
  return swap.gather();
}

TEST(Swap, GivesWhatIsUsedAndWhatMoved) {
  EXPECT_EQ(gather_with<HalfUsed>("nr_free_pages 5\npswpin 3\npswpout 4\nxpswpin 9\n"),
            (lines{"swap free=1000u,total=4000u,used=3000u,used_percent=75 gauge",
                   "swap in=12288u,out=16384u counter"}));
}

TEST(Swap, IsZeroWithout) {
  EXPECT_EQ(gather_with<NoSwap>(""), (lines{"swap free=0u,total=0u,used=0u,used_percent=0 gauge",
                                            "swap in=0u,out=0u counter"}));
}

TEST(Traffic, TakesWholeNames) {
  const Traffic traffic = traffic_of("xpswpin 1\npswpinx 2\npswpout_x 3\npswpin 5\npswpout bad\n");
  EXPECT_EQ(traffic.in_bytes, 5U * 4096);
  EXPECT_EQ(traffic.out_bytes, 0U);
}

TEST(Swap, SaysWhatItCannotRead) {
  const test::HostTree tree;
  testing::plugin swap(testing::descriptor<HalfUsed>());
  const testing::failure failed = testing::failure_of([&] { swap.gather(); });
  EXPECT_EQ(failed.status, WEIR_E_RETRY);
  EXPECT_NE(failed.message.find("proc/vmstat: No such file"), std::string::npos);
  testing::plugin broken(testing::descriptor<NoSysinfo>());
  EXPECT_NE(testing::failure_of([&] { broken.gather(); }).message.find("sysinfo: Bad address"),
            std::string::npos);
}

TEST(Swap, ReadsThisMachine) {
  testing::plugin swap(testing::descriptor<Swap>());
  EXPECT_EQ(swap.gather().size(), 2U);
}

}  // namespace
}  // namespace weir::swap_input
