#pragma once

// What an expression is made of.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "plugins/common/jsonata/signature.hpp"
#include "plugins/common/jsonata/values.hpp"

namespace weir::jsonata {

enum class NodeKind : std::uint8_t {
  constant,     // value
  name,         // text: a member of the context
  variable,     // text
  wildcard,     // *
  descendants,  // **
  path,         // children: steps
  negate,
  array,   // children: items, of which `range` ones are two
  range,   // only as an item of an array
  object,  // children: key, value, key, value...
  arithmetic,
  compare,
  concat,
  logic,
  contained,  // in
  condition,  // children: condition, then, perhaps else
  block,
  assign,    // text := child
  lambda,    // names, child: body
  call,      // children: function, arguments; a null argument is a placeholder
  apply,     // left ~> right
  sort,      // a step; children: terms, `descending` as many flags
  transform  // |pattern|update, deletions|
};

struct Node;
using NodePtr = std::unique_ptr<Node>;

struct Node {
  Node(NodeKind k, std::size_t where) : kind(k), at(where) {}

  NodeKind kind;
  bool keep_array = false;  // followed by []
  bool constructs = false;  // an array whose value is not flattened by the path around it
  int levels = 1;
  std::size_t at;
  std::string text;  // a name, a variable or an operator
  Value value;
  std::vector<NodePtr> children;
  std::vector<NodePtr> predicates;
  NodePtr group;  // an object
  std::vector<std::string> parameters;
  std::vector<bool> descending;
  std::unique_ptr<const Signature> signature;
};

}  // namespace weir::jsonata
