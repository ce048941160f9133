#pragma once

// The forms of functions (see function.hpp) as types, and calls as people write them.

#include <string>
#include <string_view>
#include <vector>

#include "core/cel/types.hpp"

namespace weir::cel {

struct Signature {
  // A and B become variables of their own.
  Signature(std::string_view form, Types& types);

  bool is_member{false};
  std::vector<TypeId> arguments;
  TypeId result{0};
};

// "int < string", "string.startsWith(int)", "size(int)": what was called with what.
[[nodiscard]] std::string describe_call(std::string_view name, const std::vector<TypeId>& arguments,
                                        bool member, Types& types);

}  // namespace weir::cel
