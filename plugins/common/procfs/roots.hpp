#pragma once

// Where the host's file systems are, seen from the agent: in a container they are mounted elsewhere
// and the environment says where.
//
//   HOST_PROC HOST_SYS HOST_ETC HOST_VAR HOST_RUN HOST_DEV   one directory each
//   HOST_ROOT, HOST_MOUNT_PREFIX                             the host's whole tree
//   HOST_PROC_MOUNTINFO                                      the table of mounts
//
// Threads    Plain data.
// Ownership  Copies of the environment's text.

#include <string>
#include <string_view>

namespace weir::procfs {

// What one needs to look up block devices.
struct DeviceRoots {
  std::string dev, run, sys;
};

struct Roots {
  std::string proc{"/proc"};
  std::string sys{"/sys"};
  std::string etc{"/etc"};
  std::string var{"/var"};
  std::string run{"/run"};
  std::string dev{"/dev"};
  std::string root;          // HOST_ROOT, or empty
  std::string mount_prefix;  // HOST_MOUNT_PREFIX, or empty
  std::string mountinfo;     // HOST_PROC_MOUNTINFO, or empty
  // Which of the directories the environment names by themselves.
  bool proc_is_given{false}, sys_is_given{false}, run_is_given{false}, dev_is_given{false};

  using Environment = std::string_view (*)(std::string_view name);
  static Roots from(Environment environment);
  static Roots from_environment();

  DeviceRoots devices() const { return {dev, run, sys}; }
  // The same, but what is not named by itself lies under HOST_ROOT or, where that is not set, under
  // HOST_MOUNT_PREFIX.
  DeviceRoots devices_in_host_tree() const;
};

// Joins two paths with exactly one slash; path may be empty.
std::string join(std::string_view directory, std::string_view path);

}  // namespace weir::procfs
