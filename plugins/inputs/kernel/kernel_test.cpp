#include "plugins/inputs/kernel/kernel.hpp"

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "tests/support/host_tree.hpp"

namespace weir::kernel_input {
namespace {

using testing::lines;

struct OnTree : Kernel {
  OnTree() {
    proc = test::HostTree::newest()->file("proc");
    sys = test::HostTree::newest()->file("sys");
  }
};

constexpr const char* stat =
    "cpu  1 2 3 4 5 6 7\ncpu0 1 2 3 4 5 6 7\nintr 1472 10 20 0\nctxt 2626618\nbtime 1457505775\n"
    "processes 3267\nprocs_running 1\nprocs_blocked 0\nsoftirq 100 1 2\n";

void write_basics(const test::HostTree& tree, const char* content = stat) {
  tree.write("proc/stat", content);
  tree.write("proc/sys/kernel/random/entropy_avail", "1024\n");
}

lines gather(testing::plugin& kernel) {
  kernel.format() = {false, true};
  return kernel.gather();
}

TEST(Kernel, GivesItsCounters) {
  const test::HostTree tree;
  write_basics(tree);
  testing::plugin kernel(testing::descriptor<OnTree>());
  EXPECT_EQ(gather(kernel),
            (lines{"kernel boot_time=1457505775i,context_switches=2626618i,interrupts=1472i,"
                   "processes_forked=3267i,entropy_avail=1024i counter"}));
}

TEST(Counters, AreThoseThatTheKernelWrites) {
  const Counters old = counters_of("page 5741 1808\nswap 1 0\nintr\nctxt many\n");
  EXPECT_EQ(old.disk_pages_in, 5741);
  EXPECT_EQ(old.disk_pages_out, 1808);
  EXPECT_FALSE(old.interrupts);
  EXPECT_FALSE(old.context_switches);
  EXPECT_FALSE(old.boot_time);
}

TEST(Kernel, LeavesOutWhatIsMissing) {
  const test::HostTree tree;
  write_basics(tree, "intr 5\npage 7 8\n");
  testing::plugin kernel(testing::descriptor<OnTree>());
  EXPECT_EQ(
      gather(kernel),
      (lines{
          "kernel disk_pages_in=7i,disk_pages_out=8i,interrupts=5i,entropy_avail=1024i counter"}));
}

TEST(Kernel, EmitsTheRestWhenAFileIsMissing) {
  const test::HostTree tree;
  tree.write("proc/stat", "ctxt 1\n");
  testing::plugin kernel(testing::descriptor<OnTree>());
  kernel.format() = {false, true};
  const testing::failure failed = testing::failure_of([&] { kernel.gather(); });
  EXPECT_EQ(failed.status, WEIR_E_RETRY);
  EXPECT_NE(failed.message.find("entropy_avail: No such file"), std::string::npos)
      << failed.message;
  EXPECT_EQ(kernel.take_rows(), (lines{"kernel context_switches=1i counter"}));
}

constexpr const char* merging[] = {
    "full_scans",       "max_page_sharing",   "merge_across_nodes",
    "pages_shared",     "pages_sharing",      "pages_to_scan",
    "pages_unshared",   "pages_volatile",     "run",
    "sleep_millisecs",  "stable_node_chains", "stable_node_chains_prune_millisecs",
    "stable_node_dups", "use_zero_pages"};

void write_merging(const test::HostTree& tree) {
  int value = 0;
  for (const char* name : merging) {
    tree.write(std::string("sys/kernel/mm/ksm/") + name, std::to_string(++value) + "\n");
  }
}

TEST(Merging, IsGatheredWhereWanted) {
  const test::HostTree tree;
  write_basics(tree, "ctxt 1\n");
  write_merging(tree);
  testing::plugin kernel(testing::descriptor<OnTree>(), "collect = [\"ksm\"]");
  const char* expected =
      "kernel context_switches=1i,entropy_avail=1024i,ksm_full_scans=1i,ksm_max_page_sharing=2i,"
      "ksm_merge_across_nodes=3i,ksm_pages_shared=4i,ksm_pages_sharing=5i,ksm_pages_to_scan=6i,"
      "ksm_pages_unshared=7i,ksm_pages_volatile=8i,ksm_run=9i,ksm_sleep_millisecs=10i,"
      "ksm_stable_node_chains=11i,ksm_stable_node_chains_prune_millisecs=12i,ksm_stable_node_dups="
      "13i,"
      "ksm_use_zero_pages=14i";
  EXPECT_EQ(gather(kernel), (lines{std::string(expected) + " counter"}));
  tree.write("sys/kernel/mm/ksm/general_profit", "-5\n");
  EXPECT_EQ(gather(kernel), (lines{std::string(expected) + ",ksm_general_profit=-5i counter"}));
}

TEST(Merging, SaysWhatIsMissing) {
  const test::HostTree tree;
  write_basics(tree);
  write_merging(tree);
  tree.remove("sys/kernel/mm/ksm/run");
  testing::plugin kernel(testing::descriptor<OnTree>(), "collect = [\"ksm\"]");
  EXPECT_NE(testing::failure_of([&] { kernel.gather(); }).message.find("ksm/run"),
            std::string::npos);
  EXPECT_EQ(kernel.take_rows().size(), 1U);
}

TEST(Merging, IsRefusedByAKernelWithoutIt) {
  const test::HostTree tree;
  testing::plugin kernel(testing::descriptor<OnTree>(), "collect = [\"ksm\"]");
  const testing::failure failed = testing::failure_of([&] { kernel.start(); });
  EXPECT_EQ(failed.status, WEIR_E_CONFIG);
  EXPECT_EQ(failed.path, "collect");
  EXPECT_NE(failed.message.find("this kernel has no same-page merging"), std::string::npos);
}

TEST(Stalls, AreGatheredWhereWanted) {
  const test::HostTree tree;
  write_basics(tree, "");
  tree.remove("proc/sys");
  tree.write("proc/sys/kernel/random/entropy_avail", "1");
  tree.write("proc/pressure/cpu",
             "some avg10=1.5 avg60=2 avg300=3 total=4\nfull avg10=0 avg60=0 avg300=0 total=0\n");
  tree.write("proc/pressure/memory",
             "some avg10=0 avg60=0 avg300=0 total=5\nfull avg10=0 avg60=0 avg300=0 total=6\n");
  tree.write("proc/pressure/io", "some avg10=0 avg60=0 avg300=0 total=7\n");
  testing::plugin kernel(testing::descriptor<OnTree>(), "collect = [\"psi\"]");
  EXPECT_EQ(
      gather(kernel),
      (lines{"kernel entropy_avail=1i counter", "pressure,resource=cpu,type=some total=4u counter",
             "pressure,resource=cpu,type=some avg10=1.5,avg60=2,avg300=3 gauge",
             "pressure,resource=memory,type=some total=5u counter",
             "pressure,resource=memory,type=some avg10=0,avg60=0,avg300=0 gauge",
             "pressure,resource=memory,type=full total=6u counter",
             "pressure,resource=memory,type=full avg10=0,avg60=0,avg300=0 gauge",
             "pressure,resource=io,type=some total=7u counter",
             "pressure,resource=io,type=some avg10=0,avg60=0,avg300=0 gauge"}));
}

TEST(Stalls, SayWhenTheKernelHasNone) {
  const test::HostTree tree;
  write_basics(tree);
  testing::plugin kernel(testing::descriptor<OnTree>(), "collect = [\"psi\"]");
  EXPECT_NE(testing::failure_of([&] { kernel.gather(); }).message.find("pressure/cpu"),
            std::string::npos);
}

TEST(Kernel, WarnsOfWhatItDoesNotKnow) {
  const test::HostTree tree;
  testing::plugin kernel(testing::descriptor<OnTree>(), "collect = [\"psl\"]");
  EXPECT_TRUE(kernel.host().logged_text("\"psl\" is not known", WEIR_LOG_WARN));
}

TEST(Kernel, ReadsThisMachine) {
  testing::plugin kernel(testing::descriptor<Kernel>());
  EXPECT_NE(gather(kernel).at(0).find("boot_time="), std::string::npos);
}

}  // namespace
}  // namespace weir::kernel_input
