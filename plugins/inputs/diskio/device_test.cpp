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
  void SetUp() override { devices.open(tree.roots()); }

  const test::HostTree tree;
  Devices devices;
  std::string problem;
};

TEST_F(DevicesOnTree, HavePropertiesOfUdevAndSysfs) {
  tree.write("dev/sda", "");
  tree.write("run/udev/data/b0:0", "E:ID_MODEL=Disk\nE:DEVNAME=/dev/other\n");
  tree.write("sys/class/block/sda/uevent", "MAJOR=8\nDEVNAME=sda\nDEVTYPE = disk\nDEVICE\n");
  tree.write("sys/devices/pci0/host0/x", "");
  tree.link("sys/devices/pci0/host0", "sys/class/block/sda/device");
  const Properties* properties = devices.properties("sda", problem);
  ASSERT_NE(properties, nullptr) << problem;
  EXPECT_EQ(*procfs::find(*properties, "ID_MODEL"), "Disk");
  EXPECT_EQ(*procfs::find(*properties, "DEVNAME"), "/dev/sda");
  EXPECT_EQ(*procfs::find(*properties, "DEVTYPE"), "disk");
  EXPECT_EQ(*procfs::find(*properties, "DEVPATH"), "/devices/pci0/host0/sda");
  EXPECT_EQ(procfs::find(*properties, "MAJOR"), nullptr);
}

TEST_F(DevicesOnTree, AreReadAgainWhenTheirFileChanges) {
  tree.write("dev/sda", "");
  tree.write("run/udev/data/b0:0", "E:N=1\n");
  EXPECT_EQ(*procfs::find(*devices.properties("sda", problem), "N"), "1");
  tree.write("run/udev/data/b0:0", "E:N=2\n");
  EXPECT_EQ(*procfs::find(*devices.properties("sda", problem), "N"), "1");
  std::filesystem::last_write_time(tree.path() / "dev/sda", std::filesystem::file_time_type::min());
  EXPECT_EQ(*procfs::find(*devices.properties("sda", problem), "N"), "2");
}

TEST_F(DevicesOnTree, AreFoundInTheOldDatabase) {
  tree.write("dev/sda", "");
  tree.write("dev/.udev/db/block:sda", "E:N=3\n");
  ASSERT_NE(devices.properties("sda", problem), nullptr) << problem;
}

TEST_F(DevicesOnTree, SayWhyTheyAreNotKnown) {
  EXPECT_EQ(devices.properties("sda", problem), nullptr);
  EXPECT_NE(problem.find("dev/sda: No such file"), std::string::npos);
  tree.write("dev/sda", "");
  EXPECT_EQ(devices.properties("sda", problem), nullptr);
  EXPECT_NE(problem.find("block:sda: No such file"), std::string::npos);
}

TEST_F(DevicesOnTree, HaveSerialNumbers) {
  EXPECT_EQ(devices.serial("sda"), "");
  tree.write("dev/sda", "");
  EXPECT_EQ(devices.serial("sda"), "");
  tree.write("sys/dev/block/0:0/device/model", "MODEL \n");
  EXPECT_EQ(devices.serial("sda"), "");
  tree.write("sys/dev/block/0:0/device/serial", "123\n");
  EXPECT_EQ(devices.serial("sda"), "MODEL_123");
  tree.write("run/udev/data/b0:0", "E:ID_SERIAL=From_udev_1\n");
  EXPECT_EQ(devices.serial("sda"), "From_udev_1");
}

TEST_F(DevicesOnTree, HaveWorldWideNames) {
  EXPECT_EQ(devices.wwid("sda"), "");
  tree.write("sys/block/sda/wwid", "naa.5000\n");
  EXPECT_EQ(devices.wwid("sda"), "naa.5000");
}

TEST_F(DevicesOnTree, AreFoundByLinks) {
  tree.write("dev/sda", "");
  tree.link("dev/sda", "dev/disk/by-id/nice");
  EXPECT_EQ(devices.resolve(tree.file("dev/disk/by-id/nice")), "sda");
  EXPECT_EQ(devices.resolve("disk/by-id/nice"), "sda");
  EXPECT_EQ(devices.resolve("sdb"), "sdb");
  EXPECT_EQ(devices.resolve("/dev/sdb-that-is-not"), "sdb-that-is-not");
}

}  // namespace
}  // namespace weir::diskio_input
