#pragma once

// Is the default that a plugin declares for an option a value of it?
//
// Threads  Pure function.
// Errors   An empty text, or "which is of another type".

#include <string>

#include <weir/abi.h>

namespace weir::plugin {

std::string check_default(const weir_opt& option);

}  // namespace weir::plugin
