// $count, $append, $zip, $distinct and their like, and what asks after any value.

#include <algorithm>
#include <random>

#include "plugins/common/jsonata/functions.hpp"

namespace weir::jsonata {
namespace {

Value count(Call& call) {
  const Value& v = call.arg(0);
  const Array* a = v.as_array();
  const std::size_t n = a != nullptr ? a->items.size() : (v.defined() ? 1 : 0);
  return Value::number(static_cast<double>(n));
}

Value append(Call& call) {
  if (!call.has(0)) return call.arg(1);
  if (!call.has(1)) return call.arg(0);
  Items items = items_of(call.arg(0));
  append_flat(items, call.arg(1));
  return make_array(call.budget, std::move(items));
}

Value reverse(Call& call) {
  Items items = items_of(call.arg(0));
  std::reverse(items.begin(), items.end());
  return make_array(call.budget, std::move(items));
}

Value shuffle(Call& call) {
  Items items = items_of(call.arg(0));
  std::random_device device;
  std::shuffle(items.begin(), items.end(), device);
  return make_array(call.budget, std::move(items));
}

Value zip(Call& call) {
  std::vector<Items> columns;
  std::size_t size = std::string::npos;
  for (const Value& v : call.args) {
    columns.push_back(items_of(v));
    size = std::min(size, columns.back().size());
  }
  Items rows;
  for (std::size_t i = 0; i < size; ++i) {
    Items row;
    for (const Items& column : columns) row.push_back(column[i]);
    rows.push_back(make_array(call.budget, std::move(row)));
  }
  return make_array(call.budget, std::move(rows));
}

Value distinct(Call& call) {
  Items kept;
  for (const Value& v : items_of(call.arg(0))) {
    const bool known = std::any_of(
        kept.begin(), kept.end(), [&](const Value& other) { return equal(call.budget, v, other); });
    if (!known) kept.push_back(v);
  }
  return make_array(call.budget, std::move(kept));
}

Value exists(Call& call) { return Value::boolean(call.has(0)); }
Value boolean(Call& call) { return Value::boolean(truth(call.budget, call.arg(0))); }
Value negation(Call& call) { return Value::boolean(!truth(call.budget, call.arg(0))); }

std::string type_name(const Value& v) {
  if (v.is_null()) return "null";
  if (v.is_number()) return "number";
  if (v.as_text() != nullptr) return "string";
  if (v.as_boolean() != nullptr) return "boolean";
  if (v.as_array() != nullptr) return "array";
  return v.as_object() != nullptr ? "object" : "function";
}

Value type(Call& call) { return make_text(call.budget, type_name(call.arg(0))); }

Value error(Call& call) { call.budget.fail(call.text(0)); }

constexpr Builtin table[] = {{"count", "x:n", count, true},   {"append", "xx:a", append, true},
                             {"reverse", "a:a", reverse},     {"shuffle", "a:a", shuffle},
                             {"zip", "x+:a", zip, true},      {"distinct", "x:x", distinct},
                             {"exists", "x:b", exists, true}, {"boolean", "x-:b", boolean},
                             {"not", "x-:b", negation, true}, {"type", "x:s", type},
                             {"error", "s:x", error}};

}  // namespace

BuiltinTable array_functions() { return {std::begin(table), std::end(table)}; }

}  // namespace weir::jsonata
