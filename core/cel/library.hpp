#pragma once

// Every function and operator that an expression may use; the README of this folder says which are left out.
//
// Threads  Immutable: every function may be called from any thread.
// Sources  Common Expression Language, "Language Definition" (cel-spec, doc/langdef.md), "Standard Definitions", and
//          the extensions "strings", "math" and "encoders" of cel-go (ext/README.md), as Telegraf 1.40 has them.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/cel/function.hpp"

namespace weir::cel {

// nullptr: there is none of that name.
[[nodiscard]] const Function* find_function(std::string_view name);

// Names of functions, for suggestions; operators are not among them.
[[nodiscard]] std::vector<std::string> function_names();

// Tables of the parts of the library.
[[nodiscard]] std::span<const Function> operator_functions();
[[nodiscard]] std::span<const Function> conversion_functions();
[[nodiscard]] std::span<const Function> text_functions();
[[nodiscard]] std::span<const Function> made_text_functions();
[[nodiscard]] std::span<const Function> time_functions();
[[nodiscard]] std::span<const Function> math_functions();

}  // namespace weir::cel
