#pragma once

// Loading one shared object, for good. The only place that calls Boost.DLL.
//
// Lifecycle  A module stays loaded until the process ends, used or refused: its code may be
//            anywhere by then.
// Threads    Any; loading itself is serialized by the dynamic linker.
// Errors     ErrorKind::permanent: why, without the file's name.

#include <string>

#include <weir/abi.h>

#include "core/base/result.hpp"

namespace weir::plugin {

// Loads the file, calls its entry symbol, checks version and size, and calls its init.
Result<const weir_module*> open_module(const std::string& path);

// All plugins of a module: the first fault.
std::string check_all(const weir_module& module);

}  // namespace weir::plugin
