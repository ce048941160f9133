// Operators of an expression.

#include <cmath>

#include "plugins/common/jsonata/evaluator.hpp"
#include "plugins/common/jsonata/json.hpp"

namespace weir::jsonata {
namespace {

double computed(char op, double a, double b) {
  switch (op) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return a / b;
    default: return std::fmod(a, b);
  }
}

bool is_whole(const Value& v) {
  return v.is_number() && std::floor(v.as_number()) == v.as_number();
}

template <typename T>
bool ordered(const std::string& op, const T& a, const T& b) {
  if (op == "<") return a < b;
  if (op == "<=") return a <= b;
  return op == ">" ? a > b : a >= b;
}

}  // namespace

Value Evaluator::negate(const Node& n, const Value& input, const ScopePtr& scope) {
  const Value v = evaluate(*n.children[0], input, scope);
  if (!v.defined()) return {};
  if (!v.is_number()) budget_.fail("only a number has a negative");
  return Value::number(-v.as_number());
}

Value Evaluator::array(const Node& n, const Value& input, const ScopePtr& scope) {
  Items items;
  for (const NodePtr& child : n.children) {
    if (child->kind == NodeKind::range) {
      range(*child, input, scope, items);
      continue;
    }
    Value v = evaluate(*child, input, scope);
    if (child->kind == NodeKind::array && v.defined()) {
      items.push_back(std::move(v));
    } else {
      append_flat(items, v);
    }
  }
  return make_array(budget_, std::move(items), {.constructed = n.constructs});
}

void Evaluator::range(const Node& n, const Value& input, const ScopePtr& scope, Items& to) {
  const Value first = evaluate(*n.children[0], input, scope);
  const Value last = evaluate(*n.children[1], input, scope);
  budget_.move_to(n.at);
  if ((first.defined() && !is_whole(first)) || (last.defined() && !is_whole(last))) {
    budget_.fail("both sides of \"..\" must be whole numbers");
  }
  if (!first.defined() || !last.defined() || first.as_number() > last.as_number()) return;
  const double size = last.as_number() - first.as_number() + 1;
  budget_.take(size < static_cast<double>(bytes_max)
                   ? static_cast<std::uint64_t>(size) * sizeof(Value)
                   : bytes_max + 1);
  const auto whole = static_cast<std::uint64_t>(size);
  for (std::uint64_t i = 0; i < whole; ++i) {
    to.push_back(Value::number(first.as_number() + static_cast<double>(i)));
  }
}

Value Evaluator::arithmetic(const Node& n, const Value& input, const ScopePtr& scope) {
  const Value a = evaluate(*n.children[0], input, scope);
  const Value b = evaluate(*n.children[1], input, scope);
  budget_.move_to(n.at);
  if ((a.defined() && !a.is_number()) || (b.defined() && !b.is_number())) {
    budget_.fail("both sides of \"" + n.text + "\" must be numbers");
  }
  if (!a.defined() || !b.defined()) return {};
  const double v = computed(n.text[0], a.as_number(), b.as_number());
  if (!std::isfinite(v)) budget_.fail("the result of \"" + n.text + "\" is no number");
  return Value::number(v);
}

Value Evaluator::compare(const Node& n, const Value& input, const ScopePtr& scope) {
  const Value a = evaluate(*n.children[0], input, scope);
  const Value b = evaluate(*n.children[1], input, scope);
  budget_.move_to(n.at);
  if (n.text == "=") return Value::boolean(equal(budget_, a, b));
  if (n.text == "!=") {
    return Value::boolean(a.defined() && b.defined() && !equal(budget_, a, b));
  }
  const auto comparable = [](const Value& v) {
    return !v.defined() || v.is_number() || v.as_text() != nullptr;
  };
  if (!comparable(a) || !comparable(b)) {
    budget_.fail("both sides of \"" + n.text + "\" must be numbers or strings");
  }
  if (!a.defined() || !b.defined()) return Value::boolean(false);
  if (a.is_number() != b.is_number()) {
    budget_.fail("\"" + n.text + "\" cannot compare a number with a string");
  }
  return Value::boolean(a.is_number() ? ordered(n.text, a.as_number(), b.as_number())
                                      : ordered(n.text, *a.as_text(), *b.as_text()));
}

Value Evaluator::concat(const Node& n, const Value& input, const ScopePtr& scope) {
  std::string s = as_text(budget_, evaluate(*n.children[0], input, scope));
  s += as_text(budget_, evaluate(*n.children[1], input, scope));
  return make_text(budget_, std::move(s));
}

Value Evaluator::logic(const Node& n, const Value& input, const ScopePtr& scope) {
  const bool left = truth(budget_, evaluate(*n.children[0], input, scope));
  if (left == (n.text == "or")) return Value::boolean(left);
  return Value::boolean(truth(budget_, evaluate(*n.children[1], input, scope)));
}

Value Evaluator::contained(const Node& n, const Value& input, const ScopePtr& scope) {
  const Value wanted = evaluate(*n.children[0], input, scope);
  const Value among = evaluate(*n.children[1], input, scope);
  const Array* a = among.as_array();
  if (a == nullptr) return Value::boolean(equal(budget_, wanted, among));
  for (const Value& v : a->items) {
    if (equal(budget_, wanted, v)) return Value::boolean(true);
  }
  return Value::boolean(false);
}

}  // namespace weir::jsonata
