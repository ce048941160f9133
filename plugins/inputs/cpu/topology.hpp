#pragma once

// Which core and which package a logical processor belongs to.
//
// Threads    Plain data.
// Errors     What is not told is empty.

#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/procfs/roots.hpp"

namespace weir::cpu_input {

struct Place {
  std::string cpu;  // "cpu0"
  std::string core_id, physical_id;
};

// The text of /proc/cpuinfo; a core that is not told there is looked up in sysfs.
std::vector<Place> places_of(std::string_view cpuinfo, const procfs::Roots& roots);

}  // namespace weir::cpu_input
