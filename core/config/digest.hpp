#pragma once

// A stable name for a plugin's configuration.

#include <string>
#include <string_view>

#include "core/config/node.hpp"

namespace weir::config {

// 32 hexadecimal digits that depend on the kind and name and on every option with its value, but not on
// the order of the options, on comments, or on where they stand. Of any version and machine the same.
[[nodiscard]] std::string digest(std::string_view whose, const Node& table);

}  // namespace weir::config
