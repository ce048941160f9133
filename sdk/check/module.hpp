#pragma once

// Loading the module under test into this process, for good.

#include <string>
#include <vector>

#include <weir/abi.h>

namespace weir::check {

// Its descriptor after version, size and init were found good. Throws std::runtime_error with what
// was not.
const weir_module& load_module(const std::string& path);

// What is wrong with the descriptors of all its plugins, and with what they say to people.
std::string lint_module(const weir_module& module);

}  // namespace weir::check
