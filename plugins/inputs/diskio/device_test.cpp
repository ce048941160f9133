#include "plugins/inputs/diskio/device.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/support/host_tree.hpp"

namespace weir::diskio_input {
namespace {

using procfs::Properties;

TEST(Templates, TakePropertiesByName) {
  const Properties properties{{"DM_VG_NAME", "vg"}, {"DM_LV_NAME", "lv"}, {"EMPTY", ""}};
  struct {
    const char* text;
    bool ok;
    const char* name;
  } const cases[] = {{"$DM_VG_NAME/$DM_LV_NAME", true, "vg/lv"},
                     {"a${DM_VG_NAME}b", true, "avgb"},
                     {"$DM_VG_NAMEb", false, ""},
                     {"$EMPTY!", true, "!"},
                     {"${NONE}", false, ""},
                     {"${DM_VG_NAME", true, "${DM_VG_NAME"},
                     {"cost $ 5 $", true, "cost $ 5 $"},
                     {"${}", true, "${}"},
                     {"plain", true, "plain"}};
  for (const auto& c : cases) {
    std::string name;
    ASSERT_EQ(expand(c.text, properties, name), c.ok) << c.text;
    if (c.ok) {
      EXPECT_EQ(name, c.name);
    }
  }
}

TEST(Links, LoseTheirFolder) {
  EXPECT_EQ(links_of({{"DEVLINKS", "/dev/disk/by-id/a /dev/b"}}),
            (std::vector<std::string_view>{"disk/by-id/a", "b"}));
  EXPECT_TRUE(links_of({}).empty());
}

TEST(Files, OfSharedNamespacesHaveNoController) {
  EXPECT_EQ(device_file_name("nvme0c1n1p2"), "nvme0n1p2");
  EXPECT_EQ(device_file_name("nvme0n1"), "nvme0n1");
  EXPECT_EQ(device_file_name("sdc1"), "sdc1");
  EXPECT_EQ(device_file_name("nvmec"), "nvmec");
}

class DevicesOnTree : public testing::Test {
 protected:
  void SetUp() override { devices_.open(tree_.roots()); }

  const test::HostTree tree_;
  Devices devices_;
  std::string problem_;
};

TEST_F(DevicesOnTree, HavePropertiesOfUdevAndSysfs) {
  tree_.write("dev/sda", "");
  tree_.write("run/udev/data/b0:0", "E:ID_MODEL=Disk\nE:DEVNAME=/dev/other\n");
  tree_.write("sys/class/block/sda/uevent", "MAJOR=8\nDEVNAME=sda\nDEVTYPE = disk\nDEVICE\n");
  tree_.write("sys/devices/pci0/host0/x", "");
  tree_.link("sys/devices/pci0/host0", "sys/class/block/sda/device");
  const Properties* properties = devices_.properties("sda", problem_);
  ASSERT_NE(properties, nullptr) << problem_;
  EXPECT_EQ(*procfs::find(*properties, "ID_MODEL"), "Disk");
  EXPECT_EQ(*procfs::find(*properties, "DEVNAME"), "/dev/sda");
  EXPECT_EQ(*procfs::find(*properties, "DEVTYPE"), "disk");
  EXPECT_EQ(*procfs::find(*properties, "DEVPATH"), "/devices/pci0/host0/sda");
  EXPECT_EQ(procfs::find(*properties, "MAJOR"), nullptr);
}

TEST_F(DevicesOnTree, AreReadAgainWhenTheirFileChanges) {
  tree_.write("dev/sda", "");
  tree_.write("run/udev/data/b0:0", "E:N=1\n");
  EXPECT_EQ(*procfs::find(*devices_.properties("sda", problem_), "N"), "1");
  tree_.write("run/udev/data/b0:0", "E:N=2\n");
  EXPECT_EQ(*procfs::find(*devices_.properties("sda", problem_), "N"), "1");
  std::filesystem::last_write_time(tree_.path() / "dev/sda",
                                   std::filesystem::file_time_type::min());
  EXPECT_EQ(*procfs::find(*devices_.properties("sda", problem_), "N"), "2");
}

TEST_F(DevicesOnTree, AreFoundInTheOldDatabase) {
  tree_.write("dev/sda", "");
  tree_.write("dev/.udev/db/block:sda", "E:N=3\n");
  ASSERT_NE(devices_.properties("sda", problem_), nullptr) << problem_;
}

TEST_F(DevicesOnTree, SayWhyTheyAreNotKnown) {
  EXPECT_EQ(devices_.properties("sda", problem_), nullptr);
  EXPECT_NE(problem_.find("dev/sda: No such file"), std::string::npos);
  tree_.write("dev/sda", "");
  EXPECT_EQ(devices_.properties("sda", problem_), nullptr);
  EXPECT_NE(problem_.find("block:sda: No such file"), std::string::npos);
}

TEST_F(DevicesOnTree, HaveSerialNumbers) {
  EXPECT_EQ(devices_.serial("sda"), "");
  tree_.write("dev/sda", "");
  EXPECT_EQ(devices_.serial("sda"), "");
  tree_.write("sys/dev/block/0:0/device/model", "MODEL \n");
  EXPECT_EQ(devices_.serial("sda"), "");
  tree_.write("sys/dev/block/0:0/device/serial", "123\n");
  EXPECT_EQ(devices_.serial("sda"), "MODEL_123");
  tree_.write("run/udev/data/b0:0", "E:ID_SERIAL=From_udev_1\n");
  EXPECT_EQ(devices_.serial("sda"), "From_udev_1");
}

TEST_F(DevicesOnTree, HaveWorldWideNames) {
  EXPECT_EQ(devices_.wwid("sda"), "");
  tree_.write("sys/block/sda/wwid", "naa.5000\n");
  EXPECT_EQ(devices_.wwid("sda"), "naa.5000");
}

TEST_F(DevicesOnTree, AreFoundByLinks) {
  tree_.write("dev/sda", "");
  tree_.link("dev/sda", "dev/disk/by-id/nice");
  EXPECT_EQ(devices_.resolve(tree_.file("dev/disk/by-id/nice")), "sda");
  EXPECT_EQ(devices_.resolve("disk/by-id/nice"), "sda");
  EXPECT_EQ(devices_.resolve("sdb"), "sdb");
  EXPECT_EQ(devices_.resolve("/dev/sdb-that-is-not"), "sdb-that-is-not");
}

}  // namespace
}  // namespace weir::diskio_input
