#include "plugins/common/jsonata/evaluator.hpp"

#include <algorithm>

#include "plugins/common/jsonata/functions.hpp"

namespace weir::jsonata {

void Scope::bind(const std::string& name, Value v) {
  const auto known = std::find_if(bound_.begin(), bound_.end(),
                                  [&](const auto& one) { return one.first == name; });
  if (known != bound_.end()) {
    known->second = std::move(v);
  } else {
    bound_.emplace_back(name, std::move(v));
  }
}

const Value* Scope::find(const std::string& name) const {
  for (const Scope* s = this; s != nullptr; s = s->outer_.get()) {
    for (const auto& [known, v] : s->bound_) {
      if (known == name) return &v;
    }
  }
  return nullptr;
}

Evaluator::Evaluator(Budget& budget, const Value& input, std::int64_t now_ms)
    : budget_(budget), root_(input), now_ms_(now_ms) {}

Evaluator::~Evaluator() {
  for (const ScopePtr& scope : kept_) scope->clear();
}

void Evaluator::keep(const ScopePtr& scope) {
  if (!kept_.empty() && kept_.back() == scope) return;
  budget_.take(sizeof(Scope) + sizeof scope);
  kept_.push_back(scope);
}

Value Evaluator::run(const Node& root) {
  stack_begin_ = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  return evaluate(root, root_, std::make_shared<Scope>(nullptr));
}

// Levels take very different amounts of stack: what they really take is what is limited.
void Evaluator::check_stack() const {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  if (stack_begin_ - here > stack_bytes_max) budget_.fail("the expression calls itself too deep");
}

Value Evaluator::evaluate(const Node& n, const Value& input, const ScopePtr& scope) {
  budget_.move_to(n.at);
  budget_.step();
  check_stack();
  Value v = dispatch(n, input, scope);
  if (n.kind == NodeKind::path) return finished(n, std::move(v));
  for (const NodePtr& predicate : n.predicates) v = filter(*predicate, v, scope);
  if (n.group != nullptr) v = group(*n.group, v, scope);
  return finished(n, std::move(v));
}

// A sequence without items is undefined, one with a single item is that item.
Value Evaluator::finished(const Node& n, Value v) {
  const Array* a = v.as_array();
  if (a == nullptr || !a->marks.sequence) return v;
  if (n.keep_array && !a->marks.keep_singleton) {
    v = make_array(budget_, a->items, {.sequence = true, .keep_singleton = true});
    a = v.as_array();
  }
  if (a->items.empty()) return {};
  if (a->items.size() > 1 || a->marks.keep_singleton) return v;
  Value only = a->items[0];
  return only;
}

Value Evaluator::dispatch(const Node& n, const Value& input, const ScopePtr& scope) {
  switch (n.kind) {
    case NodeKind::constant: return n.value;
    case NodeKind::name: return lookup(input, n.text);
    case NodeKind::variable: return variable(n, input, scope);
    case NodeKind::wildcard: return wildcard(input);
    case NodeKind::descendants: return descendants(input);
    case NodeKind::path: return path(n, input, scope);
    case NodeKind::negate: return negate(n, input, scope);
    case NodeKind::array: return array(n, input, scope);
    case NodeKind::object: return group(n, input, scope);
    case NodeKind::arithmetic: return arithmetic(n, input, scope);
    case NodeKind::compare: return compare(n, input, scope);
    case NodeKind::concat: return concat(n, input, scope);
    case NodeKind::logic: return logic(n, input, scope);
    case NodeKind::contained: return contained(n, input, scope);
    case NodeKind::condition: return condition(n, input, scope);
    case NodeKind::block: return block(n, input, scope);
    case NodeKind::assign: return assign(n, input, scope);
    case NodeKind::lambda: return lambda(n, input, scope);
    case NodeKind::call: return call(n, input, scope);
    case NodeKind::apply: return chain(n, input, scope);
    case NodeKind::sort: return sort(n, input, scope);
    case NodeKind::transform: return transform(n, scope);
    case NodeKind::range: break;  // only inside an array, which reads it itself
  }
  return {};
}

Value Evaluator::variable(const Node& n, const Value& input, const ScopePtr& scope) {
  if (n.text.empty()) return input;
  if (n.text == "$") return root_;
  if (const Value* v = scope->find(n.text)) return *v;
  if (auto f = find_builtin(n.text)) return make_function(std::move(f));
  return {};
}

// A member of an object, or those of all objects in an array.
Value Evaluator::lookup(const Value& input, const std::string& name) {
  budget_.step();
  if (const Object* o = input.as_object()) {
    const auto member = o->members.find(name);
    return member != o->members.end() ? member->second : Value();
  }
  const Array* a = input.as_array();
  if (a == nullptr) return {};
  Items found;
  for (const Value& item : a->items) append_flat(found, lookup(item, name));
  return make_sequence(budget_, std::move(found));
}

Value Evaluator::wildcard(const Value& input) {
  Items found;
  const auto add = [&](const Value& v) { append_flat_deep(budget_, found, v); };
  if (const Object* o = input.as_object()) {
    for (const auto& [key, v] : o->members) add(v);
  } else if (const Array* a = input.as_array()) {
    for (const Value& v : a->items) add(v);
  }
  return make_sequence(budget_, std::move(found));
}

Value Evaluator::descendants(const Value& input) {
  Items found;
  if (input.defined()) descend(input, found);
  return make_sequence(budget_, std::move(found));
}

void Evaluator::descend(const Value& v, Items& to) {
  budget_.step();
  if (const Array* a = v.as_array()) {
    for (const Value& item : a->items) descend(item, to);
    return;
  }
  budget_.take(sizeof v);
  to.push_back(v);
  if (const Object* o = v.as_object()) {
    for (const auto& [key, member] : o->members) descend(member, to);
  }
}

Value Evaluator::condition(const Node& n, const Value& input, const ScopePtr& scope) {
  if (truth(budget_, evaluate(*n.children[0], input, scope))) {
    return evaluate(*n.children[1], input, scope);
  }
  return n.children.size() > 2 ? evaluate(*n.children[2], input, scope) : Value();
}

Value Evaluator::block(const Node& n, const Value& input, const ScopePtr& scope) {
  const auto inner = std::make_shared<Scope>(scope);
  Value last;
  for (const NodePtr& one : n.children) last = evaluate(*one, input, inner);
  return last;
}

Value Evaluator::assign(const Node& n, const Value& input, const ScopePtr& scope) {
  Value v = evaluate(*n.children[0], input, scope);
  scope->bind(n.text, v);
  return v;
}

}  // namespace weir::jsonata
