#include "plugins/inputs/cpu/topology.hpp"

#include <gtest/gtest.h>

#include "tests/support/host_tree.hpp"

namespace weir::cpu_input {
namespace {

TEST(Places, AreReadFromCpuinfo) {
  const test::HostTree tree;
  const auto places = places_of(
      "processor\t: 0\nvendor_id\t: X\nphysical id\t: 0\ncore id\t\t: 4\n\n"
      "processor\t: 1\nphysical id\t: 1\ncore id\t\t: 5\n",
      tree.roots());
  ASSERT_EQ(places.size(), 2U);
  EXPECT_EQ(places[0].cpu, "cpu0");
  EXPECT_EQ(places[0].core_id, "4");
  EXPECT_EQ(places[1].core_id, "5");
  EXPECT_EQ(places[1].physical_id, "1");
}

TEST(Places, TakeTheCoreOfSysfsWhereCpuinfoHasNone) {
  const test::HostTree tree;
  tree.write("sys/devices/system/cpu/cpu7/topology/core_id", "3\n");
  const auto places = places_of("model name : ARM\nprocessor : 7\nBogoMIPS : 38\n", tree.roots());
  ASSERT_EQ(places.size(), 1U);
  EXPECT_EQ(places[0].cpu, "cpu7");
  EXPECT_EQ(places[0].core_id, "3");
  EXPECT_EQ(places[0].physical_id, "");
}

TEST(Places, AreNoneWithoutProcessors) {
  const test::HostTree tree;
  EXPECT_TRUE(places_of("core id : 1\nProcessor : ARMv7\nprocessor : x\n", tree.roots()).empty());
}

}  // namespace
}  // namespace weir::cpu_input
