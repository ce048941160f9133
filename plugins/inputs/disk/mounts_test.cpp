#include "plugins/inputs/disk/mounts.hpp"

#include <gtest/gtest.h>

#include "tests/support/host_tree.hpp"

namespace weir::disk_input {
namespace {

std::string text_of(const Mount& mount) {
  std::string text = mount.device + " " + mount.path + " " + mount.fstype + " ";
  for (const std::string& option : mount.options) text += option + ",";
  return text;
}

struct LineCase {
  const char* what;
  const char* line;
  const char* expected;
};

class Mountinfo : public testing::TestWithParam<LineCase> {};

TEST_P(Mountinfo, IsTakenApart) {
  const test::HostTree tree;
  tree.write("dev/dm-3", "");
  tree.link("dev/dm-3", "dev/mapper/vg-root");
  tree.write("sys/devices/sda1/x", "");
  tree.link("sys/devices/sda1", "sys/dev/block/8:1");
  const std::vector<Mount> mounts = parse_mountinfo(GetParam().line, tree.roots());
  std::string text;
  for (const Mount& mount : mounts) text += text_of(mount) + ";";
  for (std::size_t at = text.find(tree.path()); at != std::string::npos;
       at = text.find(tree.path())) {
    text.erase(at, tree.path().string().size());
  }
  EXPECT_EQ(text, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, Mountinfo,
    testing::Values(
        LineCase{"usual",
                 "36 35 8:2 / /home rw,noatime master:1 - ext4 /dev/sda2 rw,errors=continue\n",
                 "/dev/sda2 /home ext4 rw,noatime,;"},
        LineCase{"no_optional_field", "36 35 8:2 / /home rw,noatime - ext4 /dev/sda2 rw",
                 "/dev/sda2 /home ext4 rw,noatime,;"},
        LineCase{"many_optional_fields",
                 "36 35 8:2 / /home rw shared:1 master:2 - ext4 /dev/sda2 rw",
                 "/dev/sda2 /home ext4 rw,;"},
        LineCase{"read_only_below", "36 35 8:2 / /home noatime,rw - ext4 /dev/sda2 ro",
                 "/dev/sda2 /home ext4 ro,noatime,;"},
        LineCase{"read_only_mount", "36 35 8:2 / /home ro - ext4 /dev/sda2 rw",
                 "/dev/sda2 /home ext4 ro,;"},
        LineCase{"mode_not_told_below", "36 35 8:2 / /home rw - fuse.x x", "x /home fuse.x rw,;"},
        LineCase{"virtual", "22 27 0:21 / /proc rw - proc proc rw", "proc /proc proc rw,;"},
        LineCase{"namespace", "22 27 0:4 net:[4026532] /run/ns rw - nsfs nsfs rw",
                 "net:[4026532] /run/ns nsfs rw,;"},
        LineCase{"bind",
                 "1 1 8:2 / / rw - ext4 /dev/sda2 rw\n2 1 8:2 /a /b rw - ext4 /dev/sda2 rw\n",
                 "/dev/sda2 / ext4 rw,;/dev/sda2 /b ext4 rw,bind,;"},
        LineCase{"subvolume",
                 "1 1 0:30 /@home /home rw - btrfs /dev/sda2 rw,subvolid=5,subvol=/@home",
                 "/dev/sda2 /home btrfs rw,;"},
        LineCase{"bind_of_a_subvolume",
                 "1 1 0:30 /@home/a /b rw - btrfs /dev/sda2 rw,subvol=/@home",
                 "/dev/sda2 /b btrfs rw,bind,;"},
        LineCase{"first_device_counts",
                 "1 1 0:30 / /a rw - x one rw\n2 1 0:30 / /b rw - x two rw\n",
                 "one /a x rw,;one /b x rw,;"},
        LineCase{"mapper", "1 1 253:3 / /a rw - xfs /dev/mapper/vg-root rw",
                 "/dev/dm-3 /a xfs rw,;"},
        LineCase{"unknown_mapper", "1 1 253:4 / /a rw - xfs /dev/mapper/vg-x rw",
                 "/dev/mapper/vg-x /a xfs rw,;"},
        LineCase{"root", "1 1 8:1 / / rw - ext4 /dev/root rw", "/dev/sda1 / ext4 rw,;"},
        LineCase{"unknown_root", "1 1 8:9 / / rw - ext4 /dev/root rw", "/dev/root / ext4 rw,;"},
        LineCase{"escaped", "1 1 8:2 / /a\\040b rw - ext4 /dev/sda2 rw",
                 "/dev/sda2 /a b ext4 rw,;"},
        LineCase{"garbage", "1 1\n\n1 1 8:2 / /a rw\n1 1 8:2 / /a rw - ext4\n - - -\n", ""}),
    [](const auto& test) { return test.param.what; });

TEST(Mounts, AreTakenApart) {
  const std::vector<Mount> mounts =
      parse_mounts("/dev/sda1 /a\\040b ext4 rw,noatime 0 0\nnone /x tmpfs ro 0 0\ncut off\n");
  ASSERT_EQ(mounts.size(), 2U);
  EXPECT_EQ(text_of(mounts[0]), "/dev/sda1 /a b ext4 rw,noatime,");
  EXPECT_EQ(mounts[1].mode(), "ro");
}

TEST(Modes, AreOfTheOptions) {
  EXPECT_EQ((Mount{"", "", "", {"noatime", "rw"}}.mode()), "rw");
  EXPECT_EQ((Mount{"", "", "", {"ro"}}.mode()), "ro");
  EXPECT_EQ((Mount{"", "", "", {"rows"}}.mode()), "unknown");
}

}  // namespace
}  // namespace weir::disk_input
