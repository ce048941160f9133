#pragma once

// inputs.disk: how full the mounted file systems are, from the table of mounts and statfs(2).
//
// Threads    As in abi.h: one call at a time. A file system on a network may keep statfs(2) waiting.
// Errors     A table of mounts that cannot be read fails the gather. A file system that cannot be asked
//            is left out.
// Units      Bytes and files.

#include <sys/vfs.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/procfs/file.hpp"
#include "plugins/common/procfs/roots.hpp"
#include "plugins/inputs/disk/mounts.hpp"

namespace weir::disk_input {

// Labels are looked up again after that long, and whenever the mounts change.
constexpr std::int64_t labels_kept_ns = 60'000'000'000;

struct Disk {
  static constexpr weir::info meta{"disk", "1.0.0", "Read metrics about disk usage by mount point",
                                   WEIR_MAY_BLOCK};

  std::vector<std::string> mount_points, ignore_fs, ignore_mount_opts;

  static constexpr auto options = std::tuple{
      weir::opt{"mount_points", &Disk::mount_points, "[]", "Only these mount points; empty = all"},
      weir::opt{"ignore_fs", &Disk::ignore_fs, "[]",
                "Types of file systems to leave out; autofs always is"},
      weir::opt{"ignore_mount_opts", &Disk::ignore_mount_opts, "[]",
                "Leave out mounts with one of these options; bind stands for bind mounts"}};

  void start();
  void gather(weir::sink& out);

  procfs::Roots roots{procfs::Roots::from_environment()};
  int (*read_statfs)(const char* path, struct statfs* about){::statfs};
  weir::host self;

 private:
  // A mount that is reported.
  struct Target {
    std::string statfs_path;
    std::string path, device, fstype, mode, label;  // tags
  };
  std::string_view table();
  void refresh();
  void select(const std::vector<Mount>& mounts);
  bool wants(const Mount& mount) const;
  Target target_of(const Mount& mount) const;
  void add(weir::sink& out, const Target& target) const;

  procfs::File first_, own_;  // tables of the first process and of this one
  procfs::File first_old_, own_old_;
  bool is_old_{false};
  std::string last_table_;
  std::int64_t refreshed_ns_{0};
  std::vector<Target> targets_;
};

}  // namespace weir::disk_input
