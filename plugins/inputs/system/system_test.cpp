#include "plugins/inputs/system/system.hpp"

#include <utmp.h>

#include <cerrno>
#include <cstring>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "tests/support/host_tree.hpp"

namespace weir::system_input {
namespace {

using testing::lines;

struct OnTree : test::OnTree<System> {
  OnTree() {
    read_sysinfo = [](struct sysinfo* info) {
      info->uptime = 1'249'632;
      info->loads[0] = 1UL << SI_LOAD_SHIFT;
      info->loads[1] = 3UL << (SI_LOAD_SHIFT - 1);
      return 0;
    };
  }
};

void write_basics(const test::HostTree& tree) {
  tree.write("proc/loadavg", "3.72 2.40 2.10 2/300 1234\n");
  tree.write("proc/cpuinfo", "processor : 0\nphysical id : 0\ncpu cores : 1\n\nprocessor : 1\n");
  struct utmp user{};
  user.ut_type = USER_PROCESS;
  std::memcpy(user.ut_user, "ann", 3);
  const std::string record(reinterpret_cast<const char*>(&user), sizeof user);
  tree.write("var/run/utmp", record + record);
}

lines gather(testing::plugin& system) {
  system.format() = {false, true};
  return system.gather();
}

TEST(System, GivesThreeRowsAsOfOld) {
  const test::HostTree tree;
  write_basics(tree);
  testing::plugin system(testing::descriptor<OnTree>());
  EXPECT_EQ(gather(system), (lines{"system "
                                   "load1=3.72,load5=2.4,load15=2.1,n_cpus=2i,n_physical_cpus=1i,n_"
                                   "users=2i,n_unique_users=1i gauge",
                                   "system uptime=1249632u counter",
                                   "system uptime_format=\"14 days, 11:07\" untyped"}));
}

TEST(System, GivesOneRowOfWhatIsWanted) {
  const test::HostTree tree;
  write_basics(tree);
  testing::plugin system(testing::descriptor<OnTree>(),
                         "include = [\"uptime\", \"cpus\", \"load\", \"users\", \"load\"]");
  EXPECT_EQ(gather(system),
            (lines{"system n_cpus=2i,n_physical_cpus=1i,load1=3.72,load5=2.4,load15=2.1,n_users=2i,"
                   "n_unique_users=1i,uptime=1249632u untyped"}));
}

TEST(System, GivesBothAtOnce) {
  const test::HostTree tree;
  write_basics(tree);
  testing::plugin system(testing::descriptor<OnTree>(), "include = [\"uptime\", \"legacy\"]");
  const lines rows = gather(system);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[3], "system uptime=1249632u untyped");
}

TEST(System, TakesNothingWantedForLegacy) {
  const test::HostTree tree;
  write_basics(tree);
  testing::plugin system(testing::descriptor<OnTree>(), "include = []");
  EXPECT_EQ(gather(system).size(), 3U);
}

TEST(System, GoesOnWithoutUsersAndLoadavg) {
  const test::HostTree tree;
  tree.write("proc/cpuinfo", "processor : 0\n");
  testing::plugin system(testing::descriptor<OnTree>());
  EXPECT_EQ(gather(system).at(0),
            "system load1=1,load5=1.5,load15=0,n_cpus=1i,n_physical_cpus=0i gauge");
}

TEST(System, EmitsTheRestWhenAGroupFails) {
  const test::HostTree tree;
  testing::plugin system(testing::descriptor<OnTree>(), "include = [\"cpus\", \"uptime\"]");
  system.format() = {false, true};
  const testing::failure failed = testing::failure_of([&] { system.gather(); });
  EXPECT_EQ(failed.status, WEIR_E_RETRY);
  EXPECT_NE(failed.message.find("proc/stat: No such file"), std::string::npos) << failed.message;
  EXPECT_EQ(system.take_rows(), lines{"system uptime=1249632u untyped"});
}

TEST(System, KeepsWhatHardlyChanges) {
  const test::HostTree tree;
  tree.write("etc/debian_version", "12.11\n");
  tree.write("sys/class/dmi/id/bios_vendor", "one\n");
  testing::plugin system(
      testing::descriptor<OnTree>(),
      "include = [\"os\", \"dmi\"]\nos_cache_ttl = \"1h\"\ndmi_cache_ttl = \"0s\"");
  const std::string first = gather(system).at(0);
  EXPECT_NE(
      first.find(
          "os=\"linux\",platform=\"debian\",platform_family=\"debian\",platform_version=\"12.11\""),
      std::string::npos);
  EXPECT_NE(first.find("bios_vendor=\"one\""), std::string::npos);
  tree.write("etc/debian_version", "13.1\n");
  tree.write("sys/class/dmi/id/bios_vendor", "two\n");
  const std::string second = gather(system).at(0);
  EXPECT_NE(second.find("platform_version=\"12.11\""), std::string::npos);
  EXPECT_NE(second.find("bios_vendor=\"two\""), std::string::npos);
  system.host().advance(3'600'000'000'001);
  EXPECT_NE(gather(system).at(0).find("platform_version=\"13.1\""), std::string::npos);
}

TEST(System, RefusesWhatItDoesNotKnow) {
  const testing::failure failed = testing::failure_of(
      [] { testing::plugin system(testing::descriptor<System>(), "include = [\"loads\"]"); });
  EXPECT_EQ(failed.status, WEIR_E_CONFIG);
  EXPECT_EQ(failed.path, "include");
  EXPECT_NE(failed.message.find("\"loads\" is not known"), std::string::npos);
}

TEST(Uptime, IsSaidInWords) {
  EXPECT_EQ(format_uptime(0), " 0:00");
  EXPECT_EQ(format_uptime(59), " 0:00");
  EXPECT_EQ(format_uptime(3066), " 0:51");
  EXPECT_EQ(format_uptime(86'399), "23:59");
  EXPECT_EQ(format_uptime(86'400), "1 day,  0:00");
  EXPECT_EQ(format_uptime(1'249'632), "14 days, 11:07");
}

TEST(System, ReadsThisMachine) {
  testing::plugin system(
      testing::descriptor<System>(),
      "include = [\"legacy\", \"cpus\", \"dmi\", \"load\", \"os\", \"uptime\", \"users\"]");
  EXPECT_EQ(gather(system).size(), 4U);
}

}  // namespace
}  // namespace weir::system_input
