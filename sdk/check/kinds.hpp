#pragma once

// The kinds of plugins by name.

#include <array>
#include <cstdint>
#include <string_view>

#include <weir/abi.h>

namespace weir::check {

// Table and folder of a kind: "inputs". Empty for a kind that does not exist.
constexpr std::string_view kind_folder(std::uint16_t kind) {
  constexpr std::array<std::string_view, 6> folders{"inputs",  "processors", "aggregators",
                                                    "outputs", "parsers",    "serializers"};
  return kind >= WEIR_INPUT && kind <= WEIR_SERIALIZER ? folders[kind - 1U] : std::string_view();
}

}  // namespace weir::check
