// |pattern|update, deletions|: a function that copies its argument and changes what the pattern
// finds in the copy.

#include <unordered_map>

#include "plugins/common/jsonata/evaluator.hpp"

namespace weir::jsonata {
namespace {

using Changes = std::unordered_map<const Object*, Members>;

// The same values again, each object an object of its own: they are told apart by their address.
// With changes: the changed members instead.
Value copy(Budget& budget, const Value& v, const Changes& changes) {
  budget.step();
  if (const Array* a = v.as_array()) {
    Items items;
    for (const Value& item : a->items) items.push_back(copy(budget, item, changes));
    return make_array(budget, std::move(items), a->marks);
  }
  const Object* o = v.as_object();
  if (o == nullptr) return v;
  const auto changed = changes.find(o);
  Members members;
  for (const auto& [key, member] : changed != changes.end() ? changed->second : o->members) {
    members.emplace_hint(members.end(), key, copy(budget, member, changes));
  }
  return make_object(budget, std::move(members));
}

class Transform final : public Function {
 public:
  Transform(const Node& definition, ScopePtr scope)
      : definition_(definition), scope_(std::move(scope)) {}

  Value call(Call& call) const override {
    const Value& input = call.arg(0);
    if (!input.defined()) return {};
    if (input.as_object() == nullptr && input.as_array() == nullptr) {
      call.budget.fail("only objects and arrays can be transformed");
    }
    const Value own = copy(call.budget, input, {});
    Changes changes;
    for (const Value& v : items_of(evaluate(call, 0, own))) {
      if (const Object* o = v.as_object()) change(call, v, changes.try_emplace(o, o->members));
    }
    return copy(call.budget, own, changes);
  }
  std::size_t arity() const override { return 1; }

 private:
  Value evaluate(const Call& call, std::size_t part, const Value& input) const {
    return call.evaluator.evaluate(*definition_.children[part], input, scope_);
  }

  void change(const Call& call, const Value& v,
              const std::pair<Changes::iterator, bool>& place) const {
    Members& members = place.first->second;
    const Value update = evaluate(call, 1, v);
    if (update.defined() && update.as_object() == nullptr) {
      call.budget.fail("the update of a transformation must be an object");
    }
    if (update.defined()) {
      for (const auto& [key, member] : update.as_object()->members) {
        members.insert_or_assign(key, member);
      }
    }
    if (definition_.children.size() < 3) return;
    for (const Value& key : items_of(evaluate(call, 2, v))) {
      if (key.as_text() == nullptr) {
        call.budget.fail("the deletions of a transformation must be strings");
      }
      members.erase(*key.as_text());
    }
  }

  const Node& definition_;
  ScopePtr scope_;
};

}  // namespace

Value Evaluator::transform(const Node& n, const ScopePtr& scope) {
  keep(scope);
  return make_function(std::make_shared<const Transform>(n, scope));
}

}  // namespace weir::jsonata
