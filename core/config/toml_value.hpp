#pragma once

// Values of TOML 1.0 as nodes. Its source file is the only one that includes toml++.
//
// Errors  As a message with the offset in the text that was given.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "core/config/node.hpp"

namespace weir::config {

// Places in the text given, as places in a file.
using Locate = std::function<At(std::size_t offset, std::size_t length)>;

struct TomlFault {
  std::size_t offset{0};
  std::string message;  // Empty: none.
};

// text: one value, "[1, 2]", and nothing else.
[[nodiscard]] Node parse_toml_value(std::string_view text, const Locate& locate, TomlFault& fault);

// The same for text that has no place, such as the default of an option.
[[nodiscard]] Node parse_toml_value(std::string_view text, TomlFault& fault);

}  // namespace weir::config
