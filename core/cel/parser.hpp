#pragma once

// The grammar of expressions, by recursive descent.
//
// Source  Common Expression Language, "Language Definition" (cel-spec, doc/langdef.md), sections Syntax and Macros.
// Errors  The first Fault ends the reading.

#include <deque>
#include <string>
#include <string_view>

#include "core/cel/ast.hpp"
#include "core/cel/fault.hpp"

namespace weir::cel {

// texts: where the texts of literals live. With a fault the tree means nothing.
[[nodiscard]] Ast parse(std::string_view source, std::deque<std::string>& texts, Fault& fault);

}  // namespace weir::cel
