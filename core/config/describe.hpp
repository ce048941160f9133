#pragma once

// The reference of a plugin's options, generated from its descriptor.

#include <string>

#include <weir/abi.h>

namespace weir::config {

[[nodiscard]] std::string describe_markdown(const weir_plugin& plugin);

// One JSON object, without a line break at its end.
[[nodiscard]] std::string describe_json(const weir_plugin& plugin);

// "string", "list of integers", "table of strings by name": what to write.
[[nodiscard]] std::string type_text(const weir_opt& option);

}  // namespace weir::config
