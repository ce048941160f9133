#include "plugins/inputs/diskio/diskio.hpp"

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "tests/support/host_tree.hpp"

namespace weir::diskio_input {
namespace {

using testing::lines;

std::int64_t& clock_of_test() {
  static std::int64_t ms = 0;
  return ms;
}
struct OnTree : test::OnTree<Diskio> {
  OnTree() {
    clock_ms = [] { return clock_of_test(); };
  }
};

lines gather(testing::plugin& diskio) {
  diskio.format() = {false, true};
  clock_of_test() += 1000;
  return diskio.gather();
}

// Names of the devices in the rows.
lines names_in(const lines& rows) {
  lines names;
  for (const std::string& row : rows) {
    const std::size_t at = row.find("name=") + 5;
    names.push_back(row.substr(at, row.find_first_of(" ,", at) - at));
  }
  return names;
}

TEST(Diskio, GivesCountersThenRates) {
  const test::HostTree tree;
  tree.write("proc/diskstats", "8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n");
  testing::plugin diskio(testing::descriptor<OnTree>());
  EXPECT_EQ(
      gather(diskio),
      (lines{"diskio,name=sda reads=1u,merged_reads=2u,read_bytes=1536u,read_time=4u,writes=5u,"
             "merged_writes=6u,write_bytes=3584u,write_time=8u,iops_in_progress=9u,io_time=10u,"
             "weighted_io_time=11u counter"}));
  tree.write("proc/diskstats", "8 0 sda 2 2 3 5 6 6 7 9 9 30 11\n");
  EXPECT_NE(gather(diskio).at(0).find("io_await=1,io_svctm=10,io_util=2 counter"),
            std::string::npos);
}

TEST(Diskio, LeavesOutDevicesThatWereNeverUsed) {
  const test::HostTree tree;
  tree.write("proc/diskstats", "8 0 sda 0 0 0 0 0 0 0 0 0 0 0\n8 16 sdb 1 0 8 1 0 0 0 0 0 1 1\n");
  testing::plugin diskio(testing::descriptor<OnTree>());
  EXPECT_EQ(names_in(gather(diskio)), lines{"sdb"});
}

TEST(Diskio, BearsDisksThatComeAndGo) {
  const test::HostTree tree;
  testing::plugin diskio(testing::descriptor<OnTree>());
  const auto rows_with = [&](const char* stats) {
    tree.write("proc/diskstats", stats);
    return gather(diskio);
  };
  constexpr const char* a = "8 0 sda 1 0 0 0 0 0 0 0 0 5 0\n";
  constexpr const char* b = "8 1 sdb 1 0 0 0 0 0 0 0 0 5 0\n";
  EXPECT_EQ(names_in(rows_with((std::string(a) + b).c_str())), (lines{"sda", "sdb"}));
  EXPECT_NE(rows_with(b).at(0).find("io_util=0"), std::string::npos);
  const lines back = rows_with((std::string(a) + b).c_str());
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[0].find("io_util"), std::string::npos);
  EXPECT_NE(back[1].find("io_util"), std::string::npos);
  EXPECT_EQ(rows_with("8 0 sda 1 0 0 0 0 0 0 0 0 4 0\n").at(0).find("io_util"), std::string::npos);
  EXPECT_EQ(rows_with("what is this\n\n"), lines());
}

constexpr const char* several =
    "8 0 sda 1 0 0 0 0 0 0 0 0 0 0\n8 1 sda1 1 0 0 0 0 0 0 0 0 0 0\n"
    "8 16 sdb 1 0 0 0 0 0 0 0 0 0 0\n253 0 dm-0 1 0 0 0 0 0 0 0 0 0 0\n";

lines selected(const char* toml) {
  const test::HostTree tree;
  tree.write("proc/diskstats", several);
  tree.write("dev/sdb", "");
  tree.link("dev/sdb", "dev/disk/by-id/nice");
  tree.write("dev/dm-0", "");
  tree.write("run/udev/data/b0:0", "S:mapper/vg-root\n");
  tree.remove("dev/sdb1");
  testing::plugin diskio(testing::descriptor<OnTree>(), toml);
  return names_in(gather(diskio));
}

TEST(Diskio, TakesTheWantedDevices) {
  EXPECT_EQ(selected(""), (lines{"sda", "sda1", "sdb", "dm-0"}));
  EXPECT_EQ(selected("devices = [\"sda\", \"/dev/sda1\"]"), (lines{"sda", "sda1"}));
  EXPECT_EQ(selected("devices = [\"disk/by-id/nice\"]"), lines{"sdb"});
  EXPECT_EQ(selected("devices = [\"sd?\"]"), (lines{"sda", "sdb"}));
  EXPECT_EQ(selected("devices = [\"sda*\", \"none\"]"), (lines{"sda", "sda1"}));
  EXPECT_EQ(selected("devices = [\"none\"]"), lines());
}

TEST(Diskio, TakesDevicesByTheirLinks) {
  EXPECT_EQ(selected("devices = [\"mapper/vg-*\"]"), (lines{"sdb", "dm-0"}));
}

TEST(Diskio, RefusesPatternsThatAreNone) {
  const testing::failure failed = testing::failure_of(
      [] { testing::plugin p(testing::descriptor<Diskio>(), "devices = [\"sd[\"]"); });
  EXPECT_EQ(failed.status, WEIR_E_CONFIG);
  EXPECT_EQ(failed.path, "devices");
}

TEST(Diskio, NamesAndTagsByUdev) {
  const test::HostTree tree;
  tree.write("proc/diskstats", "8 0 sda 1 0 0 0 0 0 0 0 0 0 0\n8 16 sdb 1 0 0 0 0 0 0 0 0 0 0\n");
  tree.write("dev/sda", "");
  tree.write("sys/block/sda/wwid", "naa.1\n");
  tree.write("run/udev/data/b0:0", "E:ID_FS_TYPE=ext4\nE:ID_FS_LABEL=data\nE:ID_SERIAL= S1 \n");
  testing::plugin diskio(
      testing::descriptor<OnTree>(),
      "device_tags = [\"ID_FS_TYPE\", \"ID_FS_USAGE\"]\nskip_serial_number = false\n"
      "name_templates = [\"$NONE\", \"disk/$ID_FS_LABEL\"]");
  const lines rows = gather(diskio);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].rfind("diskio,ID_FS_TYPE=ext4,name=disk/data,serial=S1,wwid=naa.1 reads", 0),
            0U)
      << rows[0];
  EXPECT_EQ(rows[1].rfind("diskio,name=sdb,serial=unknown reads", 0), 0U) << rows[1];
  gather(diskio);
  ASSERT_EQ(diskio.host().logs().size(), 1U);
  EXPECT_NE(diskio.host().logs()[0].text.find("dev/sdb: No such file"), std::string::npos);
}

TEST(Diskio, SaysWhatItCannotRead) {
  const test::HostTree tree;
  testing::plugin diskio(testing::descriptor<OnTree>());
  EXPECT_EQ(testing::failure_of([&] { diskio.gather(); }).status, WEIR_E_RETRY);
}

TEST(Diskio, ReadsThisMachine) {
  testing::plugin diskio(testing::descriptor<Diskio>(), "skip_serial_number = false");
  diskio.gather();
  diskio.gather();
}

}  // namespace
}  // namespace weir::diskio_input
