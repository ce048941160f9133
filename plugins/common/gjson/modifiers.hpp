#pragma once

// The modifiers of gjson paths: @reverse and its like.

#include <optional>
#include <string>
#include <string_view>

namespace weir::common {

bool is_modifier(std::string_view name);
// json changed by a modifier that is_modifier() knows; nothing where it has no result.
std::optional<std::string> apply_modifier(std::string_view name, std::string_view json,
                                          std::string_view argument);

}  // namespace weir::common
