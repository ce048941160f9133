#pragma once

// Applies an expression to a value.
//
// Threads    One evaluation is one Evaluator, on one thread.
// Ownership  What lambdas have around them lives as long as the Evaluator, and no longer.
// Errors     Error.
// Limits     See limits.hpp.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "plugins/common/jsonata/ast.hpp"
#include "plugins/common/jsonata/function.hpp"

namespace weir::jsonata {

// The variables of a block or of a call, and those around it.
class Scope {
 public:
  explicit Scope(std::shared_ptr<Scope> outer) : outer_(std::move(outer)) {}
  void bind(const std::string& name, Value v);
  // Null where nobody has set it.
  const Value* find(const std::string& name) const;
  void clear() { bound_.clear(); }

 private:
  std::shared_ptr<Scope> outer_;
  std::vector<std::pair<std::string, Value>> bound_;
};
using ScopePtr = std::shared_ptr<Scope>;

class Evaluator {
 public:
  Evaluator(Budget& budget, const Value& input, std::int64_t now_ms);
  ~Evaluator();
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  Value run(const Node& root);

  // For functions.
  Value evaluate(const Node& n, const Value& input, const ScopePtr& scope);
  Value apply(const Function& f, Items args, const Value& input);
  Value apply(const Function& f, Items args) { return apply(f, std::move(args), root_); }
  Budget& budget() { return budget_; }
  std::int64_t now_ms() const { return now_ms_; }

 private:
  void check_stack() const;
  Value dispatch(const Node& n, const Value& input, const ScopePtr& scope);
  Value finished(const Node& n, Value v);

  Value variable(const Node& n, const Value& input, const ScopePtr& scope);
  Value lookup(const Value& input, const std::string& name);
  Value wildcard(const Value& input);
  Value descendants(const Value& input);
  void descend(const Value& v, Items& to);

  Value path(const Node& n, const Value& input, const ScopePtr& scope);
  Value step(const Node& n, const Value& sequence, const ScopePtr& scope, bool last);
  Value filter(const Node& predicate, const Value& input, const ScopePtr& scope);
  Value at_index(const Value& input, double index);
  struct Group;
  void add_to(Group& g, const Value& item, std::size_t value);
  Value group(const Node& object, const Value& input, const ScopePtr& scope);
  Value sort(const Node& n, const Value& input, const ScopePtr& scope);
  std::vector<Items> sort_keys(const Node& n, const Items& items, const ScopePtr& scope);

  Value negate(const Node& n, const Value& input, const ScopePtr& scope);
  Value array(const Node& n, const Value& input, const ScopePtr& scope);
  void range(const Node& n, const Value& input, const ScopePtr& scope, Items& to);
  Value arithmetic(const Node& n, const Value& input, const ScopePtr& scope);
  Value compare(const Node& n, const Value& input, const ScopePtr& scope);
  Value concat(const Node& n, const Value& input, const ScopePtr& scope);
  Value logic(const Node& n, const Value& input, const ScopePtr& scope);
  Value contained(const Node& n, const Value& input, const ScopePtr& scope);
  Value condition(const Node& n, const Value& input, const ScopePtr& scope);
  Value block(const Node& n, const Value& input, const ScopePtr& scope);
  Value assign(const Node& n, const Value& input, const ScopePtr& scope);
  Value lambda(const Node& n, const Value& input, const ScopePtr& scope);
  Value call(const Node& n, const Value& input, const ScopePtr& scope);
  Value call_with(const Node& n, Items first, const Value& input, const ScopePtr& scope);
  Value chain(const Node& n, const Value& input, const ScopePtr& scope);
  Value transform(const Node& n, const ScopePtr& scope);
  void keep(const ScopePtr& scope);

  Budget& budget_;
  Value root_;
  std::int64_t now_ms_;
  std::uintptr_t stack_begin_ = 0;
  std::vector<ScopePtr> kept_;  // scopes that lambdas refer to, perhaps in a circle
};

}  // namespace weir::jsonata
