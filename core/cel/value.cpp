#include "core/cel/value.hpp"

#include <array>

#include <weir/batch.hpp>

namespace weir::cel {
namespace {

template <typename T>
Order order_of(const T& a, const T& b) {
  if (a < b) return Order::less;
  if (b < a) return Order::greater;
  return a == b ? Order::equal : Order::none;
}

// An integer beside a floating number counts as the nearest one.
double as_double(const Value& v) {
  if (v.is(Kind::integer)) return static_cast<double>(v.i);
  return v.is(Kind::uinteger) ? static_cast<double>(v.u) : v.f;
}

Order order_of_numbers(const Value& a, const Value& b) {
  if (a.is(Kind::floating) || b.is(Kind::floating)) return order_of(as_double(a), as_double(b));
  if (a.kind == b.kind) return a.is(Kind::integer) ? order_of(a.i, b.i) : order_of(a.u, b.u);
  if (a.is(Kind::integer)) return a.i < 0 ? Order::less : order_of(std::uint64_t(a.i), b.u);
  return b.i < 0 ? Order::greater : order_of(a.u, std::uint64_t(b.i));
}

Order order_of_times(const Value& a, const Value& b) {
  const Order seconds = order_of(a.i, b.i);
  return seconds == Order::equal ? order_of(a.n, b.n) : seconds;
}

bool equal_lists(const Value& a, const Value& b, const row* metric) {
  if (a.n != b.n) return false;
  for (std::uint32_t i = 0; i < a.n; ++i) {
    if (!equals(a.items[i], b.items[i], metric)) return false;
  }
  return true;
}

bool equal_maps(const Value& a, const Value& b, const row* metric) {
  const std::uint32_t n = entries_of(a, metric);
  if (n != entries_of(b, metric)) return false;
  for (std::uint32_t i = 0; i < n; ++i) {
    const Value key = key_of(a, i, metric);
    const Value there = look_up(b, key, metric);
    if (there.failed() || !equals(look_up(a, key, metric), there, metric)) return false;
  }
  return true;
}

Value no_such_key(const Value& key) {
  return Value::error(Failure::no_such_key, key.is(Kind::text) ? key.str() : std::string_view{});
}

}  // namespace

Value Value::of_bool(bool b) {
  Value v = of_kind(Kind::boolean);
  v.u = b ? 1 : 0;
  return v;
}

Value Value::of_int(std::int64_t i) {
  Value v = of_kind(Kind::integer);
  v.i = i;
  return v;
}

Value Value::of_uint(std::uint64_t u) {
  Value v = of_kind(Kind::uinteger);
  v.u = u;
  return v;
}

Value Value::of_double(double f) {
  Value v = of_kind(Kind::floating);
  v.f = f;
  return v;
}

Value Value::of_timestamp(std::int64_t unix_s, std::uint32_t nanosecond) {
  Value v = of_kind(Kind::timestamp);
  v.i = unix_s;
  v.n = nanosecond;
  return v;
}

Value Value::of_duration(std::int64_t ns) {
  Value v = of_kind(Kind::duration);
  v.i = ns;
  return v;
}

Value Value::of_list(const Value* items, std::uint32_t n) {
  Value v = of_kind(Kind::list);
  v.n = n;
  v.items = items;
  return v;
}

Value Value::of_map(const Value* pairs, std::uint32_t n) {
  Value v = of_kind(Kind::map);
  v.n = n;
  v.items = pairs;
  return v;
}

Value Value::of_type(Kind named) {
  Value v = of_kind(Kind::type);
  const bool is_map = named == Kind::tags || named == Kind::fields;
  v.named = is_map ? Kind::map : named;
  return v;
}

Value Value::of_pattern(const re2::RE2* pattern) {
  Value v = of_kind(Kind::pattern);
  v.pattern = pattern;
  return v;
}

Value Value::of_zone(const time_zone* zone) {
  Value v = of_kind(Kind::zone);
  v.zone = zone;
  return v;
}

Value Value::error(Failure failure, std::string_view about) {
  Value v = of_chars(Kind::error, about);
  v.failure = failure;
  return v;
}

std::string describe_failure(const Value& error) {
  static constexpr std::array<std::string_view, 16> messages{
      "no failure",
      "no such key",
      "no function for these types",
      "not a list or map",
      "division by zero",
      "a number is too large",
      "an index is out of range",
      "a value cannot be converted",
      "not a regular expression",
      "unknown time zone",
      "not base64",
      "NaN cannot be ordered",
      "the list is empty",
      "bits are shifted by less than 0",
      "the expression needs too much memory for this metric",
      "the expression takes too many steps for this metric"};
  std::string text(messages[static_cast<std::size_t>(error.failure)]);
  if (error.n != 0) text.append(": ").append(error.str());
  return text;
}

Value tag_of(const row& metric, std::uint32_t index) {
  const weir_tag& tag = metric.home().tags()[metric.raw().tag0 + index];
  return Value::of_text(metric.home().str(tag.val));
}

Value field_of(const row& metric, std::uint32_t index) {
  const weir_field& field = metric.home().fields()[metric.raw().field0 + index];
  switch (field.type) {
    case WEIR_I64: return Value::of_int(field.v.i);
    case WEIR_U64: return Value::of_uint(field.v.u);
    case WEIR_F64: return Value::of_double(field.v.f);
    case WEIR_BOOL: return Value::of_bool(field.v.u != 0);
    default: return Value::of_text(metric.home().text(field.v.str));
  }
}

std::uint32_t entries_of(const Value& map, const row* metric) {
  if (map.is(Kind::map)) return map.n;
  return map.is(Kind::tags) ? metric->raw().n_tag : metric->raw().n_field;
}

Value key_of(const Value& map, std::uint32_t i, const row* metric) {
  if (map.is(Kind::map)) return map.items[std::size_t{i} * 2];
  const block& home = metric->home();
  const weir_row& raw = metric->raw();
  return Value::of_text(home.str(map.is(Kind::tags) ? home.tags()[raw.tag0 + i].key
                                                    : home.fields()[raw.field0 + i].key));
}

Value look_up(const Value& map, const Value& key, const row* metric) {
  const std::uint32_t n = entries_of(map, metric);
  if (!map.is(Kind::map) && !key.is(Kind::text)) return no_such_key(key);
  for (std::uint32_t i = 0; i < n; ++i) {
    if (!equals(key_of(map, i, metric), key, metric)) continue;
    if (map.is(Kind::map)) return map.items[std::size_t{i} * 2 + 1];
    return map.is(Kind::tags) ? tag_of(*metric, i) : field_of(*metric, i);
  }
  return no_such_key(key);
}

bool equals(const Value& a, const Value& b, const row* metric) {
  if (a.is_number() && b.is_number()) return order_of_numbers(a, b) == Order::equal;
  if (a.is_map() && b.is_map()) return equal_maps(a, b, metric);
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::null: return true;
    case Kind::boolean: return a.u == b.u;
    case Kind::text:
    case Kind::bytes: return a.str() == b.str();
    case Kind::timestamp: return a.i == b.i && a.n == b.n;
    case Kind::duration: return a.i == b.i;
    case Kind::list: return equal_lists(a, b, metric);
    case Kind::type: return a.named == b.named;
    default: return false;
  }
}

bool compare(const Value& a, const Value& b, Order& order) {
  if (a.is_number() && b.is_number()) {
    order = order_of_numbers(a, b);
    return true;
  }
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::boolean: order = order_of(a.u, b.u); return true;
    case Kind::text:
    case Kind::bytes: order = order_of(a.str(), b.str()); return true;
    case Kind::timestamp: order = order_of_times(a, b); return true;
    case Kind::duration: order = order_of(a.i, b.i); return true;
    default: return false;
  }
}

}  // namespace weir::cel
