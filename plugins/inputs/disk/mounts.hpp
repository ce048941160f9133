#pragma once

// The table of mounts, from /proc/1/mountinfo or, of kernels before 2.6.26, /proc/1/mounts.
//
// Threads    Pure functions over the text and the file system.
// Errors     A line that is not understood is left out.

#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/procfs/roots.hpp"

namespace weir::disk_input {

struct Mount {
  std::string device;  // "/dev/sda1", "tmpfs"
  std::string path;
  std::string fstype;
  // The mount's own; "rw" or "ro" is what holds for mount and file system together, and "bind" marks
  // a part of a file system that is mounted once more.
  std::vector<std::string> options;

  bool has_option(std::string_view option) const;
  // "rw", "ro" or "unknown".
  std::string_view mode() const;
};

std::vector<Mount> parse_mountinfo(std::string_view text, const procfs::Roots& roots);
std::vector<Mount> parse_mounts(std::string_view text);

}  // namespace weir::disk_input
