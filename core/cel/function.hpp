#pragma once

// What functions of expressions are made of: a name, the types that they take, and what they do.
//
// A form says argument types and result, one letter each: i int, u uint, d double, b bool, s string, y bytes,
// t timestamp, n duration, N null, D dyn, A and B any (the same letter is the same type), [x list of x, {xy map
// from x to y, =x the type x. "s.s>b" is called on a string with a string and yields a bool; "s>i" is a function.
//
// Errors  A call whose arguments do not have the types that the evaluation needs yields no_such_overload.

#include <cstdint>
#include <span>
#include <string_view>

#include "core/cel/memory.hpp"
#include "core/cel/value.hpp"

namespace weir::cel {

// What a call may use.
struct Scope {
  Memory& memory;
  const row* metric{nullptr};  // Of the metric at hand; none where a constant is evaluated.
  std::int64_t now_ns{0};
};

using Arguments = std::span<const Value>;
using Call = Value (*)(Scope& scope, Arguments arguments);

struct Function {
  std::string_view name;
  Call call;
  std::span<const std::string_view> forms;
  enum class Nature : std::uint8_t {
    pure,        // Constant arguments give a constant.
    conversion,  // The same, and if it fails with constants the expression is wrong.
    clock        // Depends on when it is called.
  };
  Nature nature{Nature::pure};
};

inline Value no_such_overload() { return Value::error(Failure::no_such_overload); }
inline Value no_memory() { return Value::error(Failure::no_memory); }

}  // namespace weir::cel
