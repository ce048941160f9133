#pragma once

// A checked expression as a program; what is constant is evaluated once and for all.
//
// Errors  A conversion of a constant that fails, a regular expression or time zone that is none: a Fault.

#include "core/cel/ast.hpp"
#include "core/cel/fault.hpp"
#include "core/cel/program.hpp"

namespace weir::cel {

// program: has the texts of the tree's literals already.
void compile(const Ast& ast, Program& program, Fault& fault);

}  // namespace weir::cel
