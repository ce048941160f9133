#pragma once

// Finds out what every name and call of an expression means and whether its types fit, before anything is evaluated.
//
// Errors  The first Fault ends the check.

#include "core/cel/ast.hpp"
#include "core/cel/fault.hpp"

namespace weir::cel {

// Fills in variables, functions, slots and types of the tree. The whole has to be true or false.
void check(Ast& ast, Fault& fault);

}  // namespace weir::cel
