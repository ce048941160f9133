#pragma once

// What the firmware says of the machine: BIOS, board, chassis and product, from /sys/class/dmi/id.
//
// Threads    Pure functions over the file system.
// Errors     What cannot be read is "unknown".

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/common/procfs/roots.hpp"

namespace weir::system_input {

// Field name and value.
using Texts = std::vector<std::pair<std::string_view, std::string>>;
Texts read_dmi(const procfs::Roots& roots);

// In words, by the number of SMBIOS (DSP0134); "unknown" for another.
std::string_view chassis_type(std::string_view code);

}  // namespace weir::system_input
