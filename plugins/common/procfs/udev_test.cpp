#include "plugins/common/procfs/udev.hpp"

#include <cerrno>

#include <gtest/gtest.h>

#include "tests/support/host_tree.hpp"

namespace weir::procfs {
namespace {

TEST(Udev, GivesPropertiesAndLinks) {
  const Properties all = udev_properties(
      "S:disk/by-id/one\nS:disk/by-path/"
      "two\nL:0\nI:1234\nE:ID_MODEL=Nice=Disk\nE:NONE\nE:ID_MODEL2=\n"
      "E:ID_TYPE=a\nE:ID_TYPE=b\nG:x");
  ASSERT_NE(find(all, "DEVLINKS"), nullptr);
  EXPECT_EQ(*find(all, "DEVLINKS"), "/dev/disk/by-id/one /dev/disk/by-path/two");
  EXPECT_EQ(*find(all, "ID_MODEL"), "Nice=Disk");
  EXPECT_EQ(*find(all, "ID_MODEL2"), "");
  EXPECT_EQ(*find(all, "ID_TYPE"), "b");
  EXPECT_EQ(find(all, "NONE"), nullptr);
}

TEST(Udev, KnowsDeviceNodes) {
  const DeviceNode null = device_node("/dev/null");
  EXPECT_EQ(null.error, 0);
  EXPECT_EQ(null.major, 1U);
  EXPECT_EQ(null.minor, 3U);
  EXPECT_EQ(device_node("/dev/no-such-device").error, ENOENT);
  EXPECT_EQ(udev_path({"", "/run", ""}, null), "/run/udev/data/b1:3");
}

TEST(Labels, AreOfTheMapperFirst) {
  const test::HostTree tree;
  tree.write("sys/block/dm-0/dm/name", "vg-root\n");
  tree.write("dev/dm-0", "");
  tree.write("run/udev/data/b0:0", "E:ID_FS_LABEL=files\n");
  EXPECT_EQ(device_label(tree.roots().devices(), "/dev/dm-0"), "vg-root");
}

TEST(Labels, AreOfTheFileSystemElse) {
  const test::HostTree tree;
  tree.write("dev/sda1", "");
  EXPECT_EQ(device_label(tree.roots().devices(), "sda1"), "");
  tree.write("run/udev/data/b0:0", "E:ID_FS_LABEL=files\n");
  EXPECT_EQ(device_label(tree.roots().devices(), "sda1"), "files");
  EXPECT_EQ(device_label(tree.roots().devices(), "sdb1"), "");
  EXPECT_EQ(device_label(tree.roots().devices(), "tmpfs"), "");
}

}  // namespace
}  // namespace weir::procfs
