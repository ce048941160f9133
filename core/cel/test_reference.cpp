#include "core/cel/test_reference.hpp"

#include <algorithm>

#include <weir/batch.hpp>

#include "core/cel/checker.hpp"
#include "core/cel/function.hpp"
#include "core/cel/moment.hpp"
#include "core/cel/parser.hpp"

namespace weir::cel {

bool TestReference::read(std::string_view text) {
  fault_ = {};
  ast_ = parse(text, texts_, fault_);
  if (fault_.message.empty()) check(ast_, fault_);
  return fault_.message.empty();
}

Value TestReference::evaluate(const row& metric, std::int64_t now_ns) {
  metric_ = &metric;
  now_ns_ = now_ns;
  memory_.reset();
  nodes_ = 0;
  elements_.assign(ast_.slots, Value{});
  return value(ast_.root);
}

Value TestReference::value(NodeId id) {
  if (++nodes_ > nodes_max) return Value::error(Failure::too_many_steps);
  const Node& node = ast_[id];
  switch (node.kind) {
    case NodeKind::literal: return node.value;
    case NodeKind::name: return variable(node);
    case NodeKind::select:
    case NodeKind::has: return select(node);
    case NodeKind::call:
    case NodeKind::member_call: return node.function->call == nullptr ? choice(node) : call(node);
    case NodeKind::both:
    case NodeKind::either: return logical(node);
    case NodeKind::list: return list(node);
    case NodeKind::map: return map(node);
    case NodeKind::comprehension: return comprehension(node);
  }
  return {};
}

Value TestReference::variable(const Node& node) {
  switch (node.variable) {
    case Variable::name: return Value::of_text(metric_->name());
    case Variable::tags: return Value::of_variable(Kind::tags);
    case Variable::fields: return Value::of_variable(Kind::fields);
    case Variable::time: return timestamp_of_ns(metric_->time_ns());
    default: return elements_[node.slot];
  }
}

Value TestReference::select(const Node& node) {
  const Value from = value(node.children[0]);
  if (from.failed()) return from;
  if (from.is(Kind::list)) return no_such_overload();
  const Value key = Value::of_text(node.name);
  const Value found =
      from.is_map() ? look_up(from, key, metric_) : Value::error(Failure::no_such_key, node.name);
  return node.kind == NodeKind::has ? Value::of_bool(!found.failed()) : found;
}

Value TestReference::call(const Node& node) {
  std::vector<Value> arguments;
  arguments.reserve(node.children.size());
  for (const NodeId child : node.children) arguments.push_back(value(child));
  for (const Value& v : arguments) {
    if (v.failed()) return v;
  }
  Scope scope{memory_, metric_, now_ns_};
  return node.function->call(scope, arguments);
}

Value TestReference::choice(const Node& node) {
  const Value condition = value(node.children[0]);
  if (condition.failed()) return condition;
  if (!condition.is(Kind::boolean)) return no_such_overload();
  return value(node.children[condition.is_true() ? 1 : 2]);
}

// One decisive operand decides; else the first error, else what is no boolean, counts.
Value TestReference::logical(const Node& node) {
  const bool decisive = node.kind == NodeKind::either;
  Value out = Value::of_bool(!decisive);
  for (const NodeId child : node.children) {
    const Value v = value(child);
    if (v.is(Kind::boolean) && v.is_true() == decisive) return v;
    if (out.failed()) continue;
    if (!v.is(Kind::boolean)) out = v.failed() ? v : no_such_overload();
  }
  return out;
}

Value TestReference::kept(const std::vector<Value>& values) {
  Value* made = memory_.values(values.size());
  if (made == nullptr) return no_memory();
  std::copy(values.begin(), values.end(), made);
  return Value::of_list(made, static_cast<std::uint32_t>(values.size()));
}

Value TestReference::list(const Node& node) {
  std::vector<Value> items;
  items.reserve(node.children.size());
  for (const NodeId child : node.children) items.push_back(value(child));
  for (const Value& v : items) {
    if (v.failed()) return v;
  }
  return kept(items);
}

Value TestReference::map(const Node& node) {
  const Value all = list(node);
  if (all.failed()) return all;
  std::vector<Value> pairs;
  for (std::uint32_t i = 0; i < all.n; i += 2) {
    std::size_t at = 0;
    while (at < pairs.size() && !equals(pairs[at], all.items[i], nullptr)) at += 2;
    if (at == pairs.size()) pairs.resize(at + 2);
    pairs[at] = all.items[i];
    pairs[at + 1] = all.items[i + 1];
  }
  const Value made = kept(pairs);
  return made.failed() ? made : Value::of_map(made.items, made.n / 2);
}

Value TestReference::comprehension(const Node& node) {
  const Value range = value(node.children[0]);
  if (range.failed()) return range;
  if (!range.is(Kind::list) && !range.is_map()) return Value::error(Failure::not_iterable);
  std::vector<Value> elements;
  const std::uint32_t n = range.is_map() ? entries_of(range, metric_) : range.n;
  elements.reserve(n);
  for (std::uint32_t i = 0; i < n; ++i) {
    elements.push_back(range.is_map() ? key_of(range, i, metric_) : range.items[i]);
  }
  return fold(node, elements);
}

bool TestReference::decides(Macro macro, const Value& v) {
  return (macro == Macro::all && v.is_false()) || (macro == Macro::exists && v.is_true());
}

Value TestReference::predicate(const Node& node, bool tests) {
  const Value v = value(node.children[1]);
  return tests && !v.is(Kind::boolean) && !v.failed() ? no_such_overload() : v;
}

Value TestReference::first_failed(const Value& first, const Value& second) {
  return first.failed() ? first : second;
}

Value TestReference::fold(const Node& node, const std::vector<Value>& elements) {
  const bool transforms = node.macro == Macro::map;
  const bool tests = !transforms || node.children.size() == 3;
  std::vector<Value> taken;
  Value failed;
  for (const Value& element : elements) {
    elements_[node.slot] = element;
    const Value v = predicate(node, tests);
    if (v.failed()) {
      failed = first_failed(failed, v);
      continue;
    }
    if (!tests) taken.push_back(v);
    if (decides(node.macro, v)) return v;
    if (!tests || v.is_false()) continue;
    taken.push_back(transforms ? value(node.children[2]) : element);
    if (taken.back().failed()) return first_failed(failed, taken.back());
  }
  return failed.failed() ? failed : result(node.macro, taken);
}

Value TestReference::result(Macro macro, const std::vector<Value>& taken) {
  for (const Value& v : taken) {
    if (v.failed()) return v;
  }
  switch (macro) {
    case Macro::all: return Value::of_bool(true);
    case Macro::exists: return Value::of_bool(false);
    case Macro::exists_one: return Value::of_bool(taken.size() == 1);
    default: return kept(taken);
  }
}

}  // namespace weir::cel
