// Paths of an expression: steps, predicates, grouping and sorting.

#include <cmath>
#include <numeric>

#include "plugins/common/jsonata/evaluator.hpp"
#include "plugins/common/jsonata/merge_sort.hpp"

namespace weir::jsonata {
namespace {

bool no_items(const Value& v) {
  const Array* a = v.as_array();
  return !v.defined() || (a != nullptr && a->items.empty());
}

// Applies f to the items of an array, or to a value that is none, undefined included.
template <typename F>
void each(const Value& v, F&& f) {
  const Array* a = v.as_array();
  if (a == nullptr) return f(v);
  for (const Value& item : a->items) f(item);
}

// Is i among the numbers, of which negative ones count from the end?
bool names_index(const Value& numbers, std::size_t i, std::size_t size) {
  bool named = false;
  each(numbers, [&](const Value& index) {
    const double at = std::floor(index.as_number());
    const double counted = at < 0 ? at + static_cast<double>(size) : at;
    named = named || counted == static_cast<double>(i);
  });
  return named;
}

}  // namespace

// Items of one key, and the child that says their value.
struct Evaluator::Group {
  Items items;
  std::size_t value = 0;
};

Value Evaluator::path(const Node& n, const Value& input, const ScopePtr& scope) {
  const Node& first = *n.children[0];
  const bool over_items = input.as_array() != nullptr && first.kind != NodeKind::variable;
  Value sequence = over_items ? input : make_sequence(budget_, {input});
  for (std::size_t i = 0; i < n.children.size(); ++i) {
    const Node& one = *n.children[i];
    const bool whole = i == 0 && one.constructs;
    sequence = whole ? evaluate(one, sequence, scope)
                     : step(one, sequence, scope, i + 1 == n.children.size());
    if (no_items(sequence)) {
      sequence = Value();
      break;
    }
  }
  if (n.keep_array && sequence.as_array() != nullptr) {
    sequence =
        make_array(budget_, sequence.as_array()->items, {.sequence = true, .keep_singleton = true});
  }
  return n.group != nullptr ? group(*n.group, sequence, scope) : sequence;
}

Value Evaluator::step(const Node& n, const Value& sequence, const ScopePtr& scope, bool last) {
  if (n.kind == NodeKind::sort) return evaluate(n, sequence, scope);
  Items results;
  each(sequence, [&](const Value& item) {
    Value v = evaluate(n, item, scope);
    if (v.defined()) results.push_back(std::move(v));
  });
  const Array* only = results.size() == 1 ? results[0].as_array() : nullptr;
  if (last && only != nullptr && !only->marks.sequence) return results[0];
  Items flat;
  for (const Value& v : results) {
    const Array* a = v.as_array();
    if (a != nullptr && a->marks.constructed) {
      flat.push_back(v);
    } else {
      append_flat(flat, v);
    }
  }
  return make_sequence(budget_, std::move(flat));
}

// A number picks one item, numbers pick some, anything else asks every item.
Value Evaluator::filter(const Node& predicate, const Value& input, const ScopePtr& scope) {
  if (predicate.kind == NodeKind::constant && predicate.value.is_number()) {
    return at_index(input, predicate.value.as_number());
  }
  Items picked;
  const Items items = input.as_array() != nullptr ? input.as_array()->items : Items{input};
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Value v = evaluate(predicate, items[i], scope);
    const bool wanted =
        v.is_number() || is_numbers(v) ? names_index(v, i, items.size()) : truth(budget_, v);
    if (wanted) picked.push_back(items[i]);
  }
  return make_sequence(budget_, std::move(picked));
}

Value Evaluator::at_index(const Value& input, double index) {
  const Array* a = input.as_array();
  const auto size = static_cast<double>(a != nullptr ? a->items.size() : 1);
  double at = std::floor(index);
  if (at < 0) at += size;
  if (!(at >= 0 && at < size)) return {};
  return a != nullptr ? a->items[static_cast<std::size_t>(at)] : input;
}

void Evaluator::add_to(Group& g, const Value& item, std::size_t value) {
  if (!g.items.empty() && g.value != value) budget_.fail("two keys of an object are the same");
  g.value = value;
  g.items.push_back(item);
}

// An object whose keys are read from every item: items of equal keys share one value, whose context
// is an array of them. It is one for a single item too, as Telegraf has it.
Value Evaluator::group(const Node& object, const Value& input, const ScopePtr& scope) {
  std::map<std::string, Group> groups;
  each(no_items(input) ? Value() : input, [&](const Value& item) {
    for (std::size_t i = 0; i < object.children.size(); i += 2) {
      const Value key = evaluate(*object.children[i], item, scope);
      budget_.move_to(object.children[i]->at);
      if (key.as_text() == nullptr) budget_.fail("the key of an object is not a string");
      add_to(groups[*key.as_text()], item, i + 1);
    }
  });
  Members members;
  for (auto& [key, g] : groups) {
    const Value items = make_array(budget_, std::move(g.items));
    Value v = evaluate(*object.children[g.value], items, scope);
    if (v.defined()) members.emplace_hint(members.end(), key, std::move(v));
  }
  return make_object(budget_, std::move(members));
}

std::vector<Items> Evaluator::sort_keys(const Node& n, const Items& items, const ScopePtr& scope) {
  std::vector<Items> keys(items.size());
  for (const NodePtr& term : n.children) {
    std::size_t texts = 0;
    std::size_t numbers = 0;
    std::size_t missing = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const Value& key = keys[i].emplace_back(evaluate(*term, items[i], scope));
      texts += key.as_text() != nullptr ? 1 : 0;
      numbers += key.is_number() ? 1 : 0;
      missing += key.defined() ? 0 : 1;
    }
    const bool alike = texts + missing == items.size() || numbers + missing == items.size();
    if (!alike) budget_.fail("items are sorted by numbers or by strings only");
  }
  return keys;
}

Value Evaluator::sort(const Node& n, const Value& input, const ScopePtr& scope) {
  const Items items = items_of(input);
  const std::vector<Items> keys = sort_keys(n, items, scope);
  const auto below = [](const Value& a, const Value& b) {
    if (!a.defined() || !b.defined()) return a.defined() && !b.defined();
    return a.as_text() != nullptr ? *a.as_text() < *b.as_text() : a.as_number() < b.as_number();
  };
  // What has no key stays behind the others whichever way is sorted.
  const auto behind = [&](std::size_t a, std::size_t b) {
    for (std::size_t term = 0; term < n.children.size(); ++term) {
      const Value& x = keys[a][term];
      const Value& y = keys[b][term];
      const bool turned = n.descending[term] && x.defined() && y.defined();
      if (below(x, y)) return turned;
      if (below(y, x)) return !turned;
    }
    return false;
  };
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  merge_sort(order, behind);
  Items sorted;
  for (const std::size_t i : order) sorted.push_back(items[i]);
  return make_sequence(budget_, std::move(sorted));
}

}  // namespace weir::jsonata
