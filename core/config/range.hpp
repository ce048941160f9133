#pragma once

// The range of an option in the notation of its descriptor: "1..65535", "0..", "\"1s\"..\"1h\"".

#include <string>
#include <string_view>

namespace weir::config {

// Empty when the value lies within; else what it must be: "at least 1".
// convert turns one side, a TOML literal, into the value's unit.
[[nodiscard]] std::string check_range(std::string_view range, double value,
                                      double (*convert)(std::string_view literal));

}  // namespace weir::config
