// Functions that take functions: $map, $filter, $reduce, $each, $sift, $single, $sort.

#include <algorithm>

#include "plugins/common/jsonata/evaluator.hpp"
#include "plugins/common/jsonata/functions.hpp"
#include "plugins/common/jsonata/merge_sort.hpp"

namespace weir::jsonata {
namespace {

// Calls the second argument with as many of what is given as it takes.
Value ask(Call& call, Items given) {
  const Function& f = *call.arg(1).as_function();
  if (given.size() > f.arity()) given.resize(std::max<std::size_t>(1, f.arity()));
  return call.evaluator.apply(f, std::move(given));
}

Value ask_item(Call& call, const Items& items, std::size_t i) {
  return ask(call, {items[i], Value::number(static_cast<double>(i)), call.arg(0)});
}

bool wanted(Call& call, const Items& items, std::size_t i) {
  return truth(call.budget, ask_item(call, items, i));
}

Value map(Call& call) {
  Items made;
  const Items items = items_of(call.arg(0));
  for (std::size_t i = 0; i < items.size(); ++i) {
    Value v = ask_item(call, items, i);
    if (v.defined()) made.push_back(std::move(v));
  }
  return make_array(call.budget, std::move(made), {.unmade = true});
}

Value filter(Call& call) {
  Items kept;
  const Items items = items_of(call.arg(0));
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (wanted(call, items, i)) kept.push_back(items[i]);
  }
  return make_array(call.budget, std::move(kept), {.unmade = true});
}

Value single(Call& call) {
  const Items items = items_of(call.arg(0));
  Value found;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!wanted(call, items, i)) continue;
    if (found.defined()) call.budget.fail("$single: more than one item fits");
    found = items[i];
  }
  if (!found.defined()) call.budget.fail("$single: no item fits");
  return found;
}

Value reduce(Call& call) {
  const Function& f = *call.arg(1).as_function();
  if (f.arity() != 2) call.budget.fail("$reduce needs a function of two arguments");
  const Items items = items_of(call.arg(0));
  Value result = call.arg(2);
  for (const Value& item : items) {
    result = result.defined() ? call.evaluator.apply(f, {std::move(result), item}) : item;
  }
  return result;
}

Value each(Call& call) {
  Items made;
  for (const auto& [key, member] : call.arg(0).as_object()->members) {
    Value v = ask(call, {member, make_text(call.budget, key), call.arg(0)});
    if (v.defined()) made.push_back(std::move(v));
  }
  if (made.empty()) return {};
  return made.size() == 1 ? made[0] : make_sequence(call.budget, std::move(made));
}

Value sift(Call& call) {
  Members kept;
  for (const auto& [key, member] : call.arg(0).as_object()->members) {
    const Value v = ask(call, {member, make_text(call.budget, key), call.arg(0)});
    if (truth(call.budget, v)) kept.emplace_hint(kept.end(), key, member);
  }
  return make_object(call.budget, std::move(kept));
}

// The order of numbers, or of strings.
void sort_plain(Call& call, Items& items) {
  const bool numbers =
      std::all_of(items.begin(), items.end(), [](const Value& v) { return v.is_number(); });
  const bool texts = std::all_of(items.begin(), items.end(),
                                 [](const Value& v) { return v.as_text() != nullptr; });
  if (!numbers && !texts) call.budget.fail("$sort takes numbers only or strings only");
  merge_sort(items, [&](const Value& a, const Value& b) {
    return numbers ? a.as_number() > b.as_number() : *a.as_text() > *b.as_text();
  });
}

Value sort(Call& call) {
  Items items = items_of(call.arg(0));
  if (call.has(1)) {
    merge_sort(items, [&](const Value& a, const Value& b) {
      return truth(call.budget, ask(call, {a, b}));
    });
  } else {
    sort_plain(call, items);
  }
  return make_array(call.budget, std::move(items));
}

constexpr Builtin table[] = {{"map", "af:a", map},       {"filter", "af:a", filter},
                             {"single", "af:x", single}, {"reduce", "afj?:j", reduce},
                             {"each", "o-f:a", each},    {"sift", "o-f:o", sift},
                             {"sort", "af?:a", sort}};

}  // namespace

BuiltinTable higher_functions() { return {std::begin(table), std::end(table)}; }

}  // namespace weir::jsonata
