#pragma once

// Which distribution the machine runs, from the release files in /etc.
//
// Threads    Pure functions over the file system.
// Errors     What is not told is empty.

#include <string>
#include <string_view>

#include "plugins/common/procfs/roots.hpp"

namespace weir::system_input {

struct Platform {
  std::string name, family, version;  // "ubuntu", "debian", "22.04"
};
Platform read_platform(const procfs::Roots& roots);

// The family that a distribution belongs to; empty for an unknown one.
std::string_view family_of(std::string_view platform);
// "CentOS Linux release 7.9.2009 (Core)" -> "7.9.2009"
std::string redhat_version(std::string_view release);
std::string redhat_name(std::string_view release);
// From the lines VERSION = and PATCHLEVEL =.
std::string suse_version(std::string_view release);

}  // namespace weir::system_input
