#pragma once

// The kinds of plugins by name: kind_folder(WEIR_INPUT) is "inputs".

#include "sdk/check/kinds.hpp"

namespace weir {

using check::kind_folder;

}  // namespace weir
