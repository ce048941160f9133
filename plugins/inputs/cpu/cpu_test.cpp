#include "plugins/inputs/cpu/cpu.hpp"

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "tests/support/host_tree.hpp"

namespace weir::cpu_input {
namespace {

using testing::lines;

const weir_plugin& on_tree() { return testing::descriptor<test::OnTree<Cpu>>(); }

lines gather(testing::plugin& cpu) {
  cpu.format() = {false, true};
  return cpu.gather();
}

constexpr const char* first = "cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 50 0 50 400 0 0 0 0 0 0\n";
constexpr const char* second = "cpu  150 0 110 940 0 0 0 0 0 0\ncpu0 100 0 50 450 0 0 0 0 0 0\n";

TEST(Cpu, GivesUsageFromTheSecondGatherOn) {
  const test::HostTree tree;
  testing::plugin cpu(on_tree());
  tree.write("proc/stat", first);
  EXPECT_EQ(gather(cpu), lines());
  tree.write("proc/stat", second);
  EXPECT_EQ(
      gather(cpu),
      (lines{"cpu,cpu=cpu0 usage_user=50,usage_nice=0,usage_system=0,usage_idle=50,usage_iowait=0,"
             "usage_irq=0,usage_softirq=0,usage_steal=0,usage_guest=0,usage_guest_nice=0 gauge",
             "cpu,cpu=cpu-total "
             "usage_user=25,usage_nice=0,usage_system=5,usage_idle=70,usage_iowait=0,"
             "usage_irq=0,usage_softirq=0,usage_steal=0,usage_guest=0,usage_guest_nice=0 gauge"}));
  EXPECT_EQ(gather(cpu), lines());  // no time has passed
}

TEST(Cpu, GivesSecondsWhereWanted) {
  const test::HostTree tree;
  testing::plugin cpu(on_tree(), "collect_cpu_time = true\nreport_active = true\npercpu = false");
  tree.write("proc/stat", first);
  EXPECT_EQ(
      gather(cpu),
      (lines{"cpu,cpu=cpu-total "
             "time_user=1,time_nice=0,time_system=1,time_idle=8,time_iowait=0,time_irq=0,"
             "time_softirq=0,time_steal=0,time_guest=0,time_guest_nice=0,time_active=2 counter"}));
  tree.write("proc/stat", second);
  const lines rows = gather(cpu);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_NE(rows[0].find("time_active=2.6 counter"), std::string::npos) << rows[0];
  EXPECT_NE(rows[1].find("usage_active=30 gauge"), std::string::npos) << rows[1];
}

TEST(Cpu, FollowsProcessorsThatComeAndGo) {
  const test::HostTree tree;
  testing::plugin cpu(on_tree(), "totalcpu = false");
  tree.write("proc/stat", "cpu 0 0 0 0 0 0 0\ncpu0 0 0 0 10 0 0 0\ncpu2 0 0 0 10 0 0 0\n");
  gather(cpu);
  tree.write("proc/stat", "cpu 0 0 0 0 0 0 0\ncpu1 9 0 0 99 0 0 0\ncpu2 10 0 0 20 0 0 0\n");
  const lines rows = gather(cpu);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].rfind("cpu,cpu=cpu2 usage_user=50,", 0), 0U) << rows[0];
}

TEST(Cpu, SaysWhenTimeRunsBackwards) {
  const test::HostTree tree;
  testing::plugin cpu(on_tree());
  tree.write("proc/stat", "cpu 0 0 0 30 0 0 0\ncpu0 0 0 0 10 0 0 0\ncpu1 0 0 0 20 0 0 0\n");
  gather(cpu);
  tree.write("proc/stat", "cpu 0 0 0 40 0 0 0\ncpu0 5 0 0 15 0 0 0\ncpu1 0 0 0 15 0 0 0\n");
  const testing::failure failed = testing::failure_of([&] { cpu.gather(); });
  EXPECT_EQ(failed.status, WEIR_E_RETRY);
  EXPECT_NE(failed.message.find("total time of cpu1 is less"), std::string::npos) << failed.message;
  EXPECT_EQ(cpu.take_rows().size(), 1U);  // that of cpu0
  tree.write("proc/stat", "cpu 0 0 0 60 0 0 0\ncpu0 5 0 0 25 0 0 0\ncpu1 0 0 0 25 0 0 0\n");
  EXPECT_EQ(gather(cpu).size(), 3U);
}

TEST(Cpu, TellsTheCores) {
  const test::HostTree tree;
  tree.write("proc/cpuinfo", "processor : 0\nphysical id : 1\ncore id : 3\n");
  tree.write("proc/stat", first);
  testing::plugin cpu(on_tree(), "core_tags = true\ncollect_cpu_time = true");
  const lines rows = gather(cpu);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].rfind("cpu,core_id=3,cpu=cpu0,physical_id=1 time_user=0.5", 0), 0U) << rows[0];
  EXPECT_EQ(rows[1].rfind("cpu,core_id=,cpu=cpu-total,physical_id= time_user=1", 0), 0U) << rows[1];
}

TEST(Cpu, GoesOnWithoutCores) {
  const test::HostTree tree;
  tree.write("proc/stat", first);
  testing::plugin cpu(on_tree(), "core_tags = true\ncollect_cpu_time = true\npercpu = false");
  EXPECT_EQ(gather(cpu)[0].rfind("cpu,cpu=cpu-total time_user=1", 0), 0U);
  EXPECT_TRUE(cpu.host().logged_text("cpuinfo: No such file or directory", WEIR_LOG_WARN));
}

TEST(Cpu, SaysWhatItCannotRead) {
  const test::HostTree tree;
  testing::plugin cpu(on_tree());
  const testing::failure failed = testing::failure_of([&] { cpu.gather(); });
  EXPECT_EQ(failed.status, WEIR_E_RETRY);
  EXPECT_NE(failed.message.find("proc/stat: No such file or directory"), std::string::npos);
}

TEST(Cpu, ReadsThisMachine) {
  testing::plugin cpu(testing::descriptor<Cpu>(), "collect_cpu_time = true\ncore_tags = true");
  const lines rows = gather(cpu);
  ASSERT_GE(rows.size(), 2U);
  EXPECT_NE(rows.back().find("cpu=cpu-total"), std::string::npos);
  gather(cpu);
}

}  // namespace
}  // namespace weir::cpu_input
