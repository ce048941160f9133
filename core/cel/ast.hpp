#pragma once

// An expression as a tree. Macros are taken apart already: what is left of them are comprehensions.
//
// Ownership  Nodes refer to the text of the expression and to the texts of its Store.

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/cel/types.hpp"
#include "core/cel/value.hpp"

namespace weir::cel {

struct Function;

using NodeId = std::uint32_t;

enum class NodeKind : std::uint8_t {
  literal,
  name,         // A variable or the name of a type.
  select,       // child.name
  has,          // has(child.name)
  call,         // name(children...), operators too
  member_call,  // child.name(children behind the first...)
  both,         // child && child...
  either,       // child || child...
  list,
  map,           // Keys and values in turn.
  comprehension  // Over child 0; child 1 is the condition, the last one of a map its result.
};

enum class Macro : std::uint8_t { all, exists, exists_one, map, filter };

// What a name was found to be.
enum class Variable : std::uint8_t { none, name, tags, fields, time, element };

struct Node {
  NodeKind kind{NodeKind::literal};
  Macro macro{Macro::all};
  Variable variable{Variable::none};
  std::uint32_t depth{1};
  std::uint32_t offset{0}, length{0};  // Its place: of an operator that of its sign.
  std::string_view name;               // Of a comprehension: its variable.
  Value value;                         // Of a literal.
  std::uint32_t slot{0};               // Of a comprehension and its variable.
  const Function* function{nullptr};   // Of a call that was checked.
  TypeId type{0};
  std::vector<NodeId> children;
};

struct Ast {
  std::vector<Node> nodes;
  NodeId root{0};
  std::uint32_t slots{0};  // Comprehensions inside each other.

  [[nodiscard]] Node& operator[](NodeId id) { return nodes[id]; }
  [[nodiscard]] const Node& operator[](NodeId id) const { return nodes[id]; }
  [[nodiscard]] const Node& child(const Node& node, std::size_t i) const {
    return nodes[node.children[i]];
  }
};

}  // namespace weir::cel
