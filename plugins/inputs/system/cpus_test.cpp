#include "plugins/inputs/system/cpus.hpp"

#include <gtest/gtest.h>

#include <weir/error.hpp>

#include "tests/support/host_tree.hpp"

namespace weir::system_input {
namespace {

constexpr const char* two_packages =
    "processor\t: 0\nphysical id\t: 0\ncpu cores\t: 2\n\nprocessor\t: 1\nphysical id\t: 0\ncpu "
    "cores\t: 2\n\n"
    "processor\t: 2\nphysical id\t: 1\ncpu cores\t: 4\n\nprocessor\t: x\n";

TEST(Cpuinfo, TellsProcessorsAndCores) {
  EXPECT_EQ(logical_in_cpuinfo(two_packages), 3);
  EXPECT_EQ(physical_in_cpuinfo(two_packages), 6);
}

TEST(Cpuinfo, MayTellNothing) {
  EXPECT_EQ(logical_in_cpuinfo(""), 0);
  EXPECT_EQ(logical_in_cpuinfo("Processor : ARMv7 rev 1\nprocessor\n"), 0);
  EXPECT_EQ(logical_in_cpuinfo("Processor : 0\n"), 1);
  EXPECT_EQ(physical_in_cpuinfo("processor : 0\n\nprocessor : 1\ncpu cores : 2\n"), 0);
}

TEST(Stat, TellsProcessors) {
  EXPECT_EQ(logical_in_stat("cpu 1\ncpu0 1\ncpu17 1\ncpux\nintr\n"), 2);
}

TEST(Sysfs, TellsWhoSharesACore) {
  const test::HostTree tree;
  EXPECT_EQ(physical_in_sysfs(tree.file("sys")), 0);
  const char* lists[] = {"0,2", "1,3", "0,2", "1,3"};
  for (int cpu = 0; cpu < 4; ++cpu) {
    tree.write(
        "sys/devices/system/cpu/cpu" + std::to_string(cpu * 5) + "/topology/thread_siblings_list",
        lists[cpu]);
  }
  tree.write("sys/devices/system/cpu/cpufreq/topology/thread_siblings_list", "9");
  EXPECT_EQ(physical_in_sysfs(tree.file("sys")), 2);
  tree.write("sys/devices/system/cpu/cpu0/topology/core_cpus_list", "0");
  EXPECT_EQ(physical_in_sysfs(tree.file("sys")), 1);
}

TEST(CpuCounter, CountsAFakeHostAtEveryCall) {
  const test::HostTree tree;
  tree.write("proc/cpuinfo", two_packages);
  CpuCounter counter;
  counter.open(tree.roots());
  EXPECT_EQ(counter.count().logical, 3);
  EXPECT_EQ(counter.count().physical, 6);
  tree.write("proc/cpuinfo", "processor : 0\nphysical id : 0\ncpu cores : 1\n");
  EXPECT_EQ(counter.count().logical, 1);
  EXPECT_EQ(counter.count().physical, 1);
}

TEST(CpuCounter, TakesStatWhereCpuinfoTellsNothing) {
  const test::HostTree tree;
  CpuCounter counter;
  counter.open(tree.roots());
  EXPECT_THROW(counter.count(), weir::retry);
  tree.write("proc/cpuinfo", "");
  tree.write("proc/stat", "cpu 1\ncpu0 1\n");
  EXPECT_EQ(counter.count().logical, 1);
  EXPECT_EQ(counter.count().physical, 0);
}

TEST(CpuCounter, CountsThisMachine) {
  CpuCounter counter;
  counter.open(procfs::Roots());
  const CpuCounts counts = counter.count();
  EXPECT_GE(counts.logical, 1);
  EXPECT_GE(counts.logical, counts.physical);
  EXPECT_EQ(counter.count().logical, counts.logical);
}

}  // namespace
}  // namespace weir::system_input
