// Lambdas, calls, and functions made of functions.

#include <algorithm>

#include "plugins/common/jsonata/evaluator.hpp"

namespace weir::jsonata {
namespace {

class Lambda final : public Function {
 public:
  // The scope outlives it: the evaluator keeps it.
  Lambda(const Node& definition, Value input, ScopePtr scope)
      : definition_(definition), input_(std::move(input)), scope_(std::move(scope)) {}

  Value call(Call& call) const override {
    const auto inner = std::make_shared<Scope>(scope_);
    if (definition_.signature != nullptr) {
      definition_.signature->accept("", call.args, call.input, call.budget);
    }
    for (std::size_t i = 0; i < definition_.parameters.size(); ++i) {
      inner->bind(definition_.parameters[i], call.arg(i));
    }
    return call.evaluator.evaluate(*definition_.children[0], input_, inner);
  }
  std::size_t arity() const override { return definition_.parameters.size(); }
  int levels() const override { return input_.levels(); }

 private:
  const Node& definition_;
  Value input_;
  ScopePtr scope_;
};

class Partial final : public Function {
 public:
  // holes: where the arguments of the call go.
  Partial(std::shared_ptr<const Function> f, Items args, std::vector<std::size_t> holes)
      : function_(std::move(f)), args_(std::move(args)), holes_(std::move(holes)) {}

  Value call(Call& call) const override {
    Items args = args_;
    for (std::size_t i = 0; i < holes_.size(); ++i) args[holes_[i]] = call.arg(i);
    return call.evaluator.apply(*function_, std::move(args), call.input);
  }
  std::size_t arity() const override { return holes_.size(); }
  int levels() const override {
    int most = function_->levels();
    for (const Value& v : args_) most = std::max(most, v.levels());
    return most + 1;
  }

 private:
  std::shared_ptr<const Function> function_;
  Items args_;
  std::vector<std::size_t> holes_;
};

class Chain final : public Function {
 public:
  Chain(std::shared_ptr<const Function> first, std::shared_ptr<const Function> second)
      : first_(std::move(first)),
        second_(std::move(second)),
        levels_(std::max(first_->levels(), second_->levels()) + 1) {}

  Value call(Call& call) const override {
    Value between = call.evaluator.apply(*first_, std::move(call.args), call.input);
    return call.evaluator.apply(*second_, {std::move(between)}, call.input);
  }
  std::size_t arity() const override { return first_->arity(); }
  int levels() const override { return levels_; }

 private:
  std::shared_ptr<const Function> first_, second_;
  int levels_;
};

}  // namespace

Value Evaluator::lambda(const Node& n, const Value& input, const ScopePtr& scope) {
  keep(scope);
  return make_function(std::make_shared<const Lambda>(n, input, scope));
}

Value Evaluator::apply(const Function& f, Items args, const Value& input) {
  const std::size_t at = budget_.at();
  Call call{*this, std::move(args), input, budget_};
  Value v = f.call(call);
  budget_.move_to(at);
  return v;
}

Value Evaluator::call(const Node& n, const Value& input, const ScopePtr& scope) {
  return call_with(n, {}, input, scope);
}

// first: arguments in front of those that are written down.
Value Evaluator::call_with(const Node& n, Items first, const Value& input, const ScopePtr& scope) {
  const Value callee = evaluate(*n.children[0], input, scope);
  Items args = std::move(first);
  std::vector<std::size_t> holes;
  for (std::size_t i = 1; i < n.children.size(); ++i) {
    if (n.children[i] == nullptr) holes.push_back(args.size());
    args.push_back(n.children[i] != nullptr ? evaluate(*n.children[i], input, scope) : Value());
  }
  budget_.move_to(n.at);
  if (callee.as_function() == nullptr) budget_.fail("what is called is not a function");
  if (holes.empty()) return apply(*callee.as_function(), std::move(args), input);
  auto made = std::make_shared<const Partial>(callee.function(), std::move(args), std::move(holes));
  if (made->levels() > value_levels_max) budget_.fail("functions are nested too deep");
  return make_function(std::move(made));
}

// left ~> f: f of left, or of two functions one that does both.
Value Evaluator::chain(const Node& n, const Value& input, const ScopePtr& scope) {
  Value left = evaluate(*n.children[0], input, scope);
  const Node& right = *n.children[1];
  const bool called =
      right.kind == NodeKind::call &&
      std::find(right.children.begin(), right.children.end(), nullptr) == right.children.end();
  if (called) return call_with(right, {std::move(left)}, input, scope);
  const Value f = evaluate(right, input, scope);
  budget_.move_to(n.at);
  if (f.as_function() == nullptr) budget_.fail("what stands behind \"~>\" is not a function");
  if (left.as_function() == nullptr) return apply(*f.as_function(), {std::move(left)}, input);
  auto made = std::make_shared<const Chain>(left.function(), f.function());
  if (made->levels() > value_levels_max) budget_.fail("functions are nested too deep");
  return make_function(std::move(made));
}

}  // namespace weir::jsonata
