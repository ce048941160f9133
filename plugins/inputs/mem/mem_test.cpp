#include "plugins/inputs/mem/mem.hpp"

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "tests/support/host_tree.hpp"

namespace weir::mem_input {
namespace {

using testing::lines;

constexpr const char* full =
    "MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    600 kB\nBuffers:          "
    "10 kB\n"
    "Cached:          200 kB\nSwapCached:        1 kB\nActive:          300 kB\nInactive:        "
    "150 kB\n"
    "Active(anon):     11 kB\nInactive(anon):   12 kB\nActive(file):     13 kB\nInactive(file):   "
    "14 kB\n"
    "Unevictable:      15 kB\nMlocked:           0 kB\nHighTotal:         2 kB\nHighFree:          "
    "3 kB\n"
    "LowTotal:          4 kB\nLowFree:           5 kB\nSwapTotal:        60 kB\nSwapFree:         "
    "50 kB\n"
    "Zswap:             0 kB\nDirty:             6 kB\nWriteback:         7 kB\nAnonPages:       "
    "400 kB\n"
    "Mapped:            8 kB\nShmem:             9 kB\nKReclaimable:     40 kB\nSlab:             "
    "70 kB\n"
    "SReclaimable:     40 kB\nSUnreclaim:       30 kB\nPageTables:       16 kB\nWritebackTmp:     "
    "17 kB\n"
    "CommitLimit:     560 kB\nCommitted_AS:    510 kB\nVmallocTotal:   34359738367 kB\n"
    "VmallocUsed:      18 kB\nVmallocChunk:     19 kB\nPercpu:           21 kB\nHugePages_Total:   "
    "3\n"
    "HugePages_Free:    2\nHugePages_Rsvd:    0\nHugePages_Surp:    0\nHugepagesize:   2048 kB\n"
    "NewInSomeKernel:   1 kB\n";

lines gather(testing::plugin& mem) {
  mem.format() = {false, true};
  return mem.gather();
}

TEST(Mem, GivesEverythingInBytes) {
  const test::HostTree tree;
  tree.write("proc/meminfo", full);
  testing::plugin mem(testing::descriptor<test::OnTree<Mem>>());
  EXPECT_EQ(
      gather(mem),
      (lines{"mem "
             "active=307200u,buffered=10240u,commit_limit=573440u,committed_as=522240u,dirty=6144u,"
             "free=102400u,high_free=3072u,high_total=2048u,huge_page_size=2097152u,huge_pages_"
             "free=2u,"
             "huge_pages_total=3u,inactive=153600u,low_free=5120u,low_total=4096u,mapped=8192u,"
             "page_tables=16384u,shared=9216u,slab=71680u,sreclaimable=40960u,sunreclaim=30720u,"
             "swap_cached=1024u,swap_free=51200u,swap_total=61440u,total=1024000u,vmalloc_chunk="
             "19456u,"
             "vmalloc_total=35184372087808u,vmalloc_used=18432u,write_back=7168u,write_back_tmp="
             "17408u,"
             "available=614400u,cached=245760u,used=409600u,available_percent=60,used_percent=40 "
             "gauge"}));
}

TEST(Mem, GivesMoreWhereWanted) {
  const test::HostTree tree;
  tree.write("proc/meminfo", full);
  testing::plugin mem(testing::descriptor<test::OnTree<Mem>>(), "collect_extended = true");
  EXPECT_NE(gather(mem).at(0).find("active_anon=11264u,active_file=13312u,inactive_anon=12288u,"
                                   "inactive_file=14336u,percpu=21504u,unevictable=15360u"),
            std::string::npos);
}

TEST(Mem, TakesMissingLinesForZero) {
  const test::HostTree tree;
  tree.write("proc/meminfo", "MemFree: 1 kB\nActive: much kB\nstrange\n:\n");
  testing::plugin mem(testing::descriptor<test::OnTree<Mem>>());
  const std::string row = gather(mem).at(0);
  EXPECT_NE(row.find("active=0u"), std::string::npos);
  EXPECT_NE(row.find("free=1024u"), std::string::npos);
  EXPECT_NE(row.find("available=1024u,cached=0u,used=0u gauge"), std::string::npos) << row;
}

TEST(Mem, NeverUsesLessThanNothing) {
  const test::HostTree tree;
  tree.write("proc/meminfo", "MemTotal: 10 kB\nMemAvailable: 20 kB\n");
  testing::plugin mem(testing::descriptor<test::OnTree<Mem>>());
  EXPECT_NE(gather(mem).at(0).find("used=0u"), std::string::npos);
}

TEST(Mem, SaysWhatItCannotRead) {
  const test::HostTree tree;
  testing::plugin mem(testing::descriptor<test::OnTree<Mem>>());
  EXPECT_EQ(testing::failure_of([&] { mem.gather(); }).status, WEIR_E_RETRY);
}

TEST(Available, IsEstimatedForOldKernels) {
  const Meminfo bare("MemFree: 100 kB\nCached: 50 kB\nSReclaimable: 10 kB\n");
  EXPECT_EQ(estimate_available(bare, "", 4096), 160U * 1024);

  const Meminfo info(
      "MemFree: 1000 kB\nCached: 50 kB\nActive(file): 100 kB\nInactive(file): 300 "
      "kB\nSReclaimable: 60 kB\n");
  constexpr const char* zones =
      "Node 0, zone DMA\n  pages free 3\n        min 2\n        low      5\n        high 6\n"
      "Node 0, zone Normal\n        low      20\n";
  // 25 pages are 100 kB: of the page cache 100 kB stay, of the slabs the half.
  EXPECT_EQ(estimate_available(info, zones, 4096), (1000U - 100 + 300 + 30) * 1024);
  EXPECT_EQ(estimate_available(info, "", 4096), (1000U + 50 + 60) * 1024);

  const Meminfo poor(
      "MemFree: 1 kB\nActive(file): 0 kB\nInactive(file): 0 kB\nSReclaimable: 0 kB\n");
  EXPECT_EQ(estimate_available(poor, zones, 4096), 0U);
}

TEST(Mem, EstimatesWithTheZonesOfTheHost) {
  const test::HostTree tree;
  tree.write("proc/meminfo",
             "MemTotal: 2000 kB\nMemFree: 1000 kB\nActive(file): 0 kB\nInactive(file): 0 "
             "kB\nSReclaimable: 0 kB\n");
  tree.write("proc/zoneinfo", "  low 0\n");
  testing::plugin mem(testing::descriptor<test::OnTree<Mem>>());
  EXPECT_NE(gather(mem).at(0).find("available_percent=50,used_percent=50"), std::string::npos);
}

TEST(Mem, ReadsThisMachine) {
  testing::plugin mem(testing::descriptor<Mem>(), "collect_extended = true");
  EXPECT_NE(gather(mem).at(0).find("used_percent="), std::string::npos);
}

}  // namespace
}  // namespace weir::mem_input
