#pragma once

// An expression as a list of instructions for a machine with a stack.
//
// Errors are values: a call with a failed argument fails, a logical operator may do without it.
//
// Comprehensions  Each has a loop of its own, by its slot, which keeps what is gone through, where it is, and what
//                 came of it:
//                     range; begin; next: step -> done; condition; fold -> next; done: result; exit:

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "core/cel/ast.hpp"
#include "core/cel/expression.hpp"
#include "core/cel/prepared.hpp"

namespace weir::cel {

enum class Op : std::uint8_t {
  constant,  // Pushes constants[target].
  name,      // Pushes the variable...
  tags,
  fields,
  time,
  element,  // ... of the loop of the slot.
  tag,      // Pushes the tag or field keys[target]...
  field,
  has_tag,  // ... or whether there is one.
  has_field,
  select,        // Of what is on the stack: its entry keys[target]...
  has,           // ... or whether there is one.
  call,          // functions[target] with count arguments.
  list,          // Of count values.
  map,           // Of count keys and values.
  jump,          // Goes on at target.
  unless_false,  // Goes on at target and leaves the value when it is false; of && ...
  unless_true,   // ... true; of ||.
  both,          // Of the two values on top: && ...
  either,        // ... ||.
  choose,  // true: passes over the jump behind; false: target; an error: leaves it for the jump behind.
  begin,  // Takes the range; goes to target and leaves an error where it is none.
  step,   // The next element; goes to target when there is none.
  test,  // Of map and filter: true passes over the jump behind, false: target; an error goes to the jump.
  fold,   // Takes a value into what came of the loop; goes to target unless that is decided.
  result  // Pushes what came of the loop.
};

struct Instruction {
  Op op{Op::constant};
  Macro macro{Macro::all};  // Of fold and result.
  std::uint16_t slot{0};    // Of what belongs to a loop.
  union {
    std::uint32_t target{0};
    std::uint32_t index;
  };
  std::uint32_t count{0};
};

struct Program {
  std::vector<Instruction> code;
  std::vector<Value> constants;
  std::vector<std::string_view> keys;
  std::vector<const Function*> functions;
  std::uint32_t slots{0};
  Needs needs;

  // What values and keys refer to.
  std::deque<std::string> texts;
  std::deque<std::vector<Value>> arrays;
  Prepared prepared;
};

}  // namespace weir::cel
