#pragma once

// The slow and simple meaning of an expression, for tests: the tree, walked node by node, every operand of it, with
// nothing prepared, folded or remembered. A program has to give the same answers.
//
// Limits  After nodes_max nodes of one evaluation everything fails, and gave_up() says so.

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/cel/ast.hpp"
#include "core/cel/fault.hpp"
#include "core/cel/memory.hpp"

namespace weir::cel {

class TestReference {
 public:
  // The text has to outlive the reference. False: it is refused, also what only a compiled program refuses is not.
  bool read(std::string_view text);
  Value evaluate(const row& metric, std::int64_t now_ns);
  [[nodiscard]] bool gave_up() const { return nodes_ > nodes_max; }

 private:
  static constexpr std::uint64_t nodes_max = 1'000'000;
  Value value(NodeId id);
  Value variable(const Node& node);
  Value select(const Node& node);
  Value call(const Node& node);
  Value choice(const Node& node);
  Value logical(const Node& node);
  Value list(const Node& node);
  Value map(const Node& node);
  Value comprehension(const Node& node);
  Value fold(const Node& node, const std::vector<Value>& elements);
  Value predicate(const Node& node, bool tests);
  static Value first_failed(const Value& first, const Value& second);
  static bool decides(Macro macro, const Value& v);
  Value result(Macro macro, const std::vector<Value>& taken);
  Value kept(const std::vector<Value>& values);

  std::deque<std::string> texts_;
  Ast ast_;
  Fault fault_;
  Memory memory_;
  std::vector<Value> elements_;  // Of the comprehensions around, by slot.
  const row* metric_{nullptr};
  std::int64_t now_ns_{0};
  std::uint64_t nodes_{0};
};

}  // namespace weir::cel
