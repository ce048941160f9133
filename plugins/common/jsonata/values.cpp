#include "plugins/common/jsonata/values.hpp"

#include <algorithm>

#include "plugins/common/jsonata/function.hpp"

namespace weir::jsonata {
namespace {

void check_levels(const Budget& budget, int levels) {
  if (levels > value_levels_max) budget.fail("arrays and objects are nested too deep");
}

bool equal_arrays(Budget& budget, const Array& a, const Array& b) {
  return std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(),
                    [&](const Value& x, const Value& y) { return equal(budget, x, y); });
}

bool equal_objects(Budget& budget, const Object& a, const Object& b) {
  return std::equal(a.members.begin(), a.members.end(), b.members.begin(), b.members.end(),
                    [&](const auto& x, const auto& y) {
                      return x.first == y.first && equal(budget, x.second, y.second);
                    });
}

}  // namespace

bool Value::is_number() const {
  return std::holds_alternative<double>(data_) || std::holds_alternative<std::int64_t>(data_) ||
         std::holds_alternative<std::uint64_t>(data_);
}

double Value::as_number() const {
  if (const auto* f = std::get_if<double>(&data_)) return *f;
  if (const auto* i = std::get_if<std::int64_t>(&data_)) return static_cast<double>(*i);
  if (const auto* u = std::get_if<std::uint64_t>(&data_)) return static_cast<double>(*u);
  return 0;
}

int Value::levels() const {
  if (const Array* a = as_array()) return a->levels;
  if (const Object* o = as_object()) return o->levels;
  if (const Function* f = as_function()) return f->levels();
  return 0;
}

Value make_array(Budget& budget, Items items, ArrayMarks marks) {
  budget.take(sizeof(Array) + items.size() * sizeof(Value));
  int levels = 0;
  for (const Value& v : items) levels = std::max(levels, v.levels());
  check_levels(budget, levels + 1);
  return Value(
      Value::Data(std::make_shared<const Array>(Array{std::move(items), marks, levels + 1})));
}

Value make_object(Budget& budget, Members members) {
  constexpr std::uint64_t node_bytes = 48;
  budget.take(sizeof(Object) + members.size() * (node_bytes + sizeof(Members::value_type)));
  int levels = 0;
  for (const auto& [key, v] : members) levels = std::max(levels, v.levels());
  check_levels(budget, levels + 1);
  return Value(Value::Data(std::make_shared<const Object>(Object{std::move(members), levels + 1})));
}

Value make_text(Budget& budget, std::string s) {
  budget.take(s.size() + sizeof(std::string));
  return Value::text(std::move(s));
}

Items items_of(const Value& v) {
  if (const Array* a = v.as_array()) return a->items;
  return v.defined() ? Items{v} : Items{};
}

void append_flat(Items& to, const Value& v) {
  if (const Array* a = v.as_array()) {
    to.insert(to.end(), a->items.begin(), a->items.end());
  } else if (v.defined()) {
    to.push_back(v);
  }
}

void append_flat_deep(Budget& budget, Items& to, const Value& v) {
  budget.step();
  const Array* a = v.as_array();
  if (a == nullptr) return append_flat(to, v);
  for (const Value& item : a->items) append_flat_deep(budget, to, item);
}

bool truth(Budget& budget, const Value& v) {
  budget.step();
  if (const bool* b = v.as_boolean()) return *b;
  if (v.is_number()) return v.as_number() != 0;
  if (const std::string* s = v.as_text()) return !s->empty();
  if (const Object* o = v.as_object()) return !o->members.empty();
  const Array* a = v.as_array();
  return a != nullptr && std::any_of(a->items.begin(), a->items.end(),
                                     [&](const Value& item) { return truth(budget, item); });
}

bool equal(Budget& budget, const Value& a, const Value& b) {
  budget.step();
  if (a.is_number() && b.is_number()) return a.as_number() == b.as_number();
  if (a.data().index() != b.data().index()) return false;
  if (a.is_null()) return true;
  if (const bool* x = a.as_boolean()) return *x == *b.as_boolean();
  if (const std::string* x = a.as_text()) return *x == *b.as_text();
  if (const Array* x = a.as_array()) return equal_arrays(budget, *x, *b.as_array());
  if (const Object* x = a.as_object()) return equal_objects(budget, *x, *b.as_object());
  return a.defined() && a.as_function() == b.as_function();
}

bool is_numbers(const Value& v) {
  const Array* a = v.as_array();
  return a != nullptr && std::all_of(a->items.begin(), a->items.end(),
                                     [](const Value& x) { return x.is_number(); });
}

}  // namespace weir::jsonata
