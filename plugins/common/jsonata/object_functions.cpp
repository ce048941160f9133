// $keys, $lookup, $spread, $merge.

#include <set>

#include "plugins/common/jsonata/functions.hpp"

namespace weir::jsonata {
namespace {

void collect_keys(Budget& budget, const Value& v, std::set<std::string>& keys) {
  budget.step();
  if (const Object* o = v.as_object()) {
    for (const auto& [key, member] : o->members) keys.insert(key);
  } else if (const Array* a = v.as_array()) {
    for (const Value& item : a->items) collect_keys(budget, item, keys);
  }
}

Value keys(Call& call) {
  std::set<std::string> found;
  collect_keys(call.budget, call.arg(0), found);
  Items items;
  for (const std::string& key : found) items.push_back(make_text(call.budget, key));
  if (items.empty()) return {};
  return items.size() == 1 ? items[0] : make_sequence(call.budget, std::move(items));
}

void look_up(const Value& v, const std::string& key, Items& found) {
  if (const Object* o = v.as_object()) {
    const auto member = o->members.find(key);
    if (member != o->members.end()) found.push_back(member->second);
  } else if (const Array* a = v.as_array()) {
    for (const Value& item : a->items) look_up(item, key, found);
  }
}

// What is not there is null, as Go has it.
Value lookup(Call& call) {
  Items found;
  look_up(call.arg(0), call.text(1), found);
  if (found.empty()) return Value::null();
  return found.size() == 1 ? found[0] : make_sequence(call.budget, std::move(found));
}

void spread_into(Call& call, const Value& v, Items& to) {
  const Object* o = v.as_object();
  if (o == nullptr) return to.push_back(v);
  for (const auto& [key, member] : o->members) {
    to.push_back(make_object(call.budget, {{key, member}}));
  }
}

Value spread(Call& call) {
  const Value& v = call.arg(0);
  if (v.as_object() == nullptr && v.as_array() == nullptr) return v;
  Items parts;
  if (const Array* a = v.as_array()) {
    for (const Value& item : a->items) spread_into(call, item, parts);
  } else {
    spread_into(call, v, parts);
  }
  return make_array(call.budget, std::move(parts), {.unmade = true});
}

Value merge(Call& call) {
  Members members;
  for (const Value& v : items_of(call.arg(0))) {
    const Object* o = v.as_object();
    if (o == nullptr) call.budget.fail("$merge takes an array of objects");
    for (const auto& [key, member] : o->members) members.insert_or_assign(key, member);
  }
  return make_object(call.budget, std::move(members));
}

constexpr Builtin table[] = {{"keys", "x-:a<s>", keys},
                             {"lookup", "xs:x", lookup},
                             {"spread", "x-:a<o>", spread},
                             {"merge", "a:o", merge}};

}  // namespace

BuiltinTable object_functions() { return {std::begin(table), std::end(table)}; }

}  // namespace weir::jsonata
