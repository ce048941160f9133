#include "plugins/inputs/disk/disk.hpp"

#include <cerrno>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "tests/support/host_tree.hpp"

namespace weir::disk_input {
namespace {

using testing::lines;

lines& asked() {
  static lines paths;
  return paths;
}

// A file system of 1000 blocks; one that may not be asked; one that holds nothing.
int fake_statfs(const char* path, struct statfs* about) {
  asked().emplace_back(path);
  const std::string_view name = path;
  if (name.ends_with("/secret")) {
    errno = EACCES;
    return -1;
  }
  about->f_bsize = 4096;
  if (name.ends_with("/proc")) return 0;
  about->f_blocks = 1000;
  about->f_bfree = 600;
  about->f_bavail = 400;
  about->f_files = name.ends_with("/odd") ? 5 : 100;
  about->f_ffree = 75;
  return 0;
}

struct OnTree : test::OnTree<Disk> {
  OnTree() {
    read_statfs = fake_statfs;
    asked().clear();
  }
};
struct InContainer : OnTree {
  InContainer() { roots.mount_prefix = "/hostfs"; }
};

lines gather(testing::plugin& disk) {
  disk.format() = {false, true};
  return disk.gather();
}
// The tag path of each row.
lines paths_in(const lines& rows) {
  lines paths;
  for (const std::string& row : rows) {
    const std::size_t at = row.find("path=") + 5;
    paths.push_back(row.substr(at, row.find(' ', at) - at));
  }
  return paths;
}

constexpr const char* table =
    "1 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"
    "2 1 8:2 / /home ro,relatime - xfs /dev/sda2 rw\n"
    "3 1 0:5 / /proc rw - proc proc rw\n"
    "4 1 0:6 / /tmp rw,nodev - tmpfs none rw\n"
    "5 1 0:7 / /net rw - autofs systemd-1 rw\n"
    "6 1 8:1 /srv /mnt rw - ext4 /dev/sda1 rw\n"
    "7 1 8:3 / /secret rw - ext4 /dev/sda3 rw\n"
    "8 1 8:4 / /odd rw - btrfs /dev/sda4 rw\n";

TEST(Disk, TellsHowFullEveryMountIs) {
  const test::HostTree tree;
  tree.write("proc/1/mountinfo", table);
  tree.write("dev/sda2", "");
  tree.write("run/udev/data/b0:0", "E:ID_FS_LABEL=homes\n");
  testing::plugin disk(testing::descriptor<OnTree>());
  const std::string sizes = "total=4096000u,used=1638400u,used_percent=50 gauge";
  const std::string fields =
      " free=1638400u,inodes_free=75u,inodes_total=100u,inodes_used=25u,inodes_used_percent=25," +
      sizes;
  EXPECT_EQ(gather(disk),
            (lines{"disk,device=sda1,fstype=ext4,mode=rw,path=/" + fields,
                   "disk,device=sda2,fstype=xfs,label=homes,mode=ro,path=/home" + fields,
                   "disk,device=tmpfs,fstype=tmpfs,mode=rw,path=/tmp" + fields,
                   "disk,device=sda1,fstype=ext4,mode=rw,path=/mnt" + fields,
                   "disk,device=sda4,fstype=btrfs,mode=rw,path=/odd "
                   "free=1638400u,inodes_free=75u,inodes_total=5u,"
                   "inodes_used=0u,inodes_used_percent=0," +
                       sizes}));
}

TEST(Disk, NeverAsksAnAutomount) {
  const test::HostTree tree;
  tree.write("proc/1/mountinfo", table);
  testing::plugin disk(testing::descriptor<OnTree>());
  gather(disk);
  EXPECT_EQ(asked(), (lines{"/", "/home", "/proc", "/tmp", "/mnt", "/secret", "/odd"}));
}

lines selected(const char* toml) {
  const test::HostTree tree;
  tree.write("proc/1/mountinfo", table);
  testing::plugin disk(testing::descriptor<OnTree>(), toml);
  return paths_in(gather(disk));
}

TEST(Disk, TakesTheWantedMounts) {
  EXPECT_EQ(selected("mount_points = [\"/\", \"/tmp\", \"/none\"]"), (lines{"/", "/tmp"}));
  EXPECT_EQ(selected("ignore_fs = [\"tmpfs\", \"ext4\"]"), (lines{"/home", "/odd"}));
  EXPECT_EQ(selected("ignore_mount_opts = [\"bind\", \"nodev\"]"), (lines{"/", "/home", "/odd"}));
  EXPECT_EQ(selected("mount_points = [\"/home\"]\nignore_mount_opts = [\"ro\"]"), lines());
}

TEST(Disk, FindsTheHostBelowItsPrefix) {
  const test::HostTree tree;
  tree.write("proc/1/mountinfo",
             "1 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
             "2 1 8:2 / /home rw - ext4 /dev/sda2 rw\n"
             "3 1 8:2 / /hostfs/home rw - ext4 /dev/sda2 rw\n"
             "4 1 8:3 / /hostfs rw - ext4 /dev/sda3 rw\n");
  testing::plugin disk(testing::descriptor<InContainer>());
  EXPECT_EQ(paths_in(gather(disk)), (lines{"/home", "/"}));
  EXPECT_EQ(asked(), (lines{"/hostfs/home", "/hostfs"}));
  tree.write("proc/1/mountinfo",
             "1 1 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:2 / /home rw - ext4 /dev/sda2 rw\n");
  EXPECT_EQ(paths_in(gather(disk)), (lines{"/", "/home"}));
  EXPECT_EQ(asked()[2], "/hostfs");
  EXPECT_EQ(asked()[3], "/hostfs/home");
}

TEST(Disk, FallsBackToOtherTables) {
  const test::HostTree tree;
  testing::plugin disk(testing::descriptor<OnTree>());
  const testing::failure failed = testing::failure_of([&] { disk.gather(); });
  EXPECT_EQ(failed.status, WEIR_E_RETRY);
  EXPECT_NE(failed.message.find("proc/self/mounts: No such file"), std::string::npos)
      << failed.message;
  tree.write("proc/self/mounts", "/dev/a /a ext4 rw 0 0\n");
  EXPECT_EQ(paths_in(gather(disk)), lines{"/a"});
  tree.write("proc/self/mountinfo", "1 1 8:1 / /b rw - ext4 /dev/b rw\n");
  EXPECT_EQ(paths_in(gather(disk)), lines{"/b"});
  tree.write("proc/1/mounts", "/dev/c /c ext4 rw 0 0\n");
  EXPECT_EQ(paths_in(gather(disk)), lines{"/c"});
  tree.write("proc/1/mountinfo", "1 1 8:1 / /d rw - ext4 /dev/d rw\n");
  EXPECT_EQ(paths_in(gather(disk)), lines{"/d"});
}

struct WithOwnTable : OnTree {
  WithOwnTable() { roots.mountinfo = test::HostTree::newest()->file("elsewhere/mountinfo"); }
};

TEST(Disk, ReadsTheTableItIsTold) {
  const test::HostTree tree;
  tree.write("proc/self/mountinfo", table);
  testing::plugin disk(testing::descriptor<WithOwnTable>());
  EXPECT_NE(testing::failure_of([&] { disk.gather(); }).message.find("elsewhere/mountinfo"),
            std::string::npos);
  tree.write("elsewhere/mountinfo", "1 1 8:1 / /d rw - ext4 /dev/d rw\n");
  EXPECT_EQ(paths_in(gather(disk)), lines{"/d"});
}

TEST(Disk, LooksForLabelsNowAndThen) {
  const test::HostTree tree;
  tree.write("proc/1/mountinfo", "1 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
  testing::plugin disk(testing::descriptor<OnTree>());
  gather(disk);
  tree.write("dev/sda1", "");
  tree.write("run/udev/data/b0:0", "E:ID_FS_LABEL=new\n");
  EXPECT_EQ(gather(disk).at(0).find("label="), std::string::npos);
  disk.host().advance(labels_kept_ns);
  EXPECT_NE(gather(disk).at(0).find("label=new"), std::string::npos);
}

TEST(Disk, ReadsThisMachine) {
  testing::plugin disk(testing::descriptor<Disk>());
  EXPECT_FALSE(gather(disk).empty());
}

}  // namespace
}  // namespace weir::disk_input
