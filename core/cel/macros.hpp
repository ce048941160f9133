#pragma once

// Calls that are no calls: has(x.f), x.all(v, p), exists, exists_one, map, filter, math.greatest, math.least.
//
// A macro is one by its name and the number of its arguments; else the call stays what it is.

#include "core/cel/ast.hpp"
#include "core/cel/fault.hpp"

namespace weir::cel {

void expand_global(Ast& ast, NodeId call, Fault& fault);
void expand_member(Ast& ast, NodeId call, Fault& fault);

}  // namespace weir::cel
