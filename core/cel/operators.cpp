#include <algorithm>
#include <array>
#include <cmath>

#include "core/cel/library.hpp"
#include "core/cel/moment.hpp"

namespace weir::cel {
namespace {

Value overflow() { return Value::error(Failure::overflow); }

// ---- arithmetic: both operands of one type; an integer that does not fit fails ----

struct Plus {
  template <typename T>
  static bool integers(T a, T b, T& out) {
    return !__builtin_add_overflow(a, b, &out);
  }
  static double floating(double a, double b) { return a + b; }
};

struct Minus {
  template <typename T>
  static bool integers(T a, T b, T& out) {
    return !__builtin_sub_overflow(a, b, &out);
  }
  static double floating(double a, double b) { return a - b; }
};

struct Times {
  template <typename T>
  static bool integers(T a, T b, T& out) {
    return !__builtin_mul_overflow(a, b, &out);
  }
  static double floating(double a, double b) { return a * b; }
};

template <typename Operator>
Value numbers(const Value& a, const Value& b) {
  if (a.kind != b.kind) return no_such_overload();
  switch (a.kind) {
    case Kind::integer: {
      std::int64_t out = 0;
      return Operator::integers(a.i, b.i, out) ? Value::of_int(out) : overflow();
    }
    case Kind::uinteger: {
      std::uint64_t out = 0;
      return Operator::integers(a.u, b.u, out) ? Value::of_uint(out) : overflow();
    }
    case Kind::floating: return Value::of_double(Operator::floating(a.f, b.f));
    default: return no_such_overload();
  }
}

Value concatenated(Scope& scope, const Value& a, const Value& b) {
  char* out = scope.memory.chars(std::size_t{a.n} + b.n);
  if (out == nullptr) return no_memory();
  const std::size_t first = a.str().copy(out, a.n);
  b.str().copy(out + first, b.n);
  const std::string_view all(out, std::size_t{a.n} + b.n);
  return a.is(Kind::text) ? Value::of_text(all) : Value::of_bytes(all);
}

Value joined_lists(Scope& scope, const Value& a, const Value& b) {
  Value* out = scope.memory.values(std::size_t{a.n} + b.n);
  if (out == nullptr) return no_memory();
  std::copy_n(a.items, a.n, out);
  std::copy_n(b.items, b.n, out + a.n);
  return Value::of_list(out, a.n + b.n);
}

Value add(Scope& scope, Arguments x) {
  const Value &a = x[0], &b = x[1];
  const bool same = a.kind == b.kind;
  if (same && (a.is(Kind::text) || a.is(Kind::bytes))) return concatenated(scope, a, b);
  if (same && a.is(Kind::list)) return joined_lists(scope, a, b);
  if (a.is(Kind::timestamp) || a.is(Kind::duration)) return add_times(a, b);
  return numbers<Plus>(a, b);
}

Value subtract(Scope&, Arguments x) {
  const bool times = x[0].is(Kind::timestamp) || x[0].is(Kind::duration);
  return times ? subtract_times(x[0], x[1]) : numbers<Minus>(x[0], x[1]);
}

Value multiply(Scope&, Arguments x) { return numbers<Times>(x[0], x[1]); }

Value divide(Scope&, Arguments x) {
  const Value &a = x[0], &b = x[1];
  if (a.kind != b.kind || !a.is_number()) return no_such_overload();
  if (a.is(Kind::floating)) return Value::of_double(a.f / b.f);
  if (b.u == 0) return Value::error(Failure::division_by_zero);
  if (a.is(Kind::uinteger)) return Value::of_uint(a.u / b.u);
  return a.i == INT64_MIN && b.i == -1 ? overflow() : Value::of_int(a.i / b.i);
}

Value remainder(Scope&, Arguments x) {
  const Value &a = x[0], &b = x[1];
  if (a.kind != b.kind || !a.is_number() || a.is(Kind::floating)) return no_such_overload();
  if (b.u == 0) return Value::error(Failure::division_by_zero);
  if (a.is(Kind::uinteger)) return Value::of_uint(a.u % b.u);
  return a.i == INT64_MIN && b.i == -1 ? overflow() : Value::of_int(a.i % b.i);
}

Value negate(Scope&, Arguments x) {
  if (x[0].is(Kind::floating)) return Value::of_double(-x[0].f);
  if (!x[0].is(Kind::integer)) return no_such_overload();
  return x[0].i == INT64_MIN ? overflow() : Value::of_int(-x[0].i);
}

Value invert(Scope&, Arguments x) {
  return x[0].is(Kind::boolean) ? Value::of_bool(x[0].u == 0) : no_such_overload();
}

// ---- comparisons ----

Value equal(Scope& scope, Arguments x) { return Value::of_bool(equals(x[0], x[1], scope.metric)); }

Value unequal(Scope& scope, Arguments x) {
  return Value::of_bool(!equals(x[0], x[1], scope.metric));
}

bool is_nan(const Value& v) { return v.is(Kind::floating) && std::isnan(v.f); }
bool is_ordered(const Value& v) { return v.kind >= Kind::boolean && v.kind <= Kind::duration; }

// Nothing at all is less than NaN, nor greater.
template <bool Less, bool Equal, bool Greater>
Value relate(Scope&, Arguments x) {
  Order order = Order::none;
  if (!is_ordered(x[0])) return no_such_overload();
  if (is_nan(x[0]) || is_nan(x[1])) return Value::of_bool(false);
  if (!compare(x[0], x[1], order)) return no_such_overload();
  return Value::of_bool((Less && order == Order::less) || (Equal && order == Order::equal) ||
                        (Greater && order == Order::greater));
}

// ---- lists and maps ----

// A place in a list may be any number without a fraction.
bool as_index(const Value& v, std::uint64_t& index) {
  if (v.is(Kind::floating)) {
    if (!(v.f >= 0) || v.f >= 4294967296.0 || v.f != std::floor(v.f)) return false;
    index = static_cast<std::uint64_t>(v.f);
    return true;
  }
  index = v.u;
  return v.is(Kind::uinteger) || (v.is(Kind::integer) && v.i >= 0);
}

Value index(Scope& scope, Arguments x) {
  if (x[0].is_map()) return look_up(x[0], x[1], scope.metric);
  if (!x[0].is(Kind::list) || !x[1].is_number()) return no_such_overload();
  std::uint64_t at = 0;
  if (!as_index(x[1], at) || at >= x[0].n) return Value::error(Failure::out_of_range);
  return x[0].items[at];
}

Value contains(Scope& scope, Arguments x) {
  if (x[1].is_map()) return Value::of_bool(!look_up(x[1], x[0], scope.metric).failed());
  if (!x[1].is(Kind::list)) return no_such_overload();
  for (std::uint32_t i = 0; i < x[1].n; ++i) {
    if (equals(x[0], x[1].items[i], scope.metric)) return Value::of_bool(true);
  }
  return Value::of_bool(false);
}

constexpr std::array<std::string_view, 9> plus_forms{"yy>y", "dd>d", "nn>n",    "nt>t", "tn>t",
                                                     "ii>i", "ss>s", "[A[A>[A", "uu>u"};
constexpr std::array<std::string_view, 6> minus_forms{"dd>d", "nn>n", "ii>i",
                                                      "tn>t", "tt>n", "uu>u"};
constexpr std::array<std::string_view, 3> product_forms{"dd>d", "ii>i", "uu>u"};
constexpr std::array<std::string_view, 2> remainder_forms{"ii>i", "uu>u"};
constexpr std::array<std::string_view, 2> negation_forms{"d>d", "i>i"};
constexpr std::array<std::string_view, 1> inversion_forms{"b>b"};
constexpr std::array<std::string_view, 1> equality_forms{"AA>b"};
constexpr std::array<std::string_view, 14> order_forms{"bb>b", "ii>b", "id>b", "iu>b", "uu>b",
                                                       "ud>b", "ui>b", "dd>b", "di>b", "du>b",
                                                       "ss>b", "yy>b", "tt>b", "nn>b"};
constexpr std::array<std::string_view, 2> index_forms{"[Ai>A", "{ABA>B"};
constexpr std::array<std::string_view, 2> in_forms{"A[A>b", "A{AB>b"};
constexpr std::array<std::string_view, 1> choice_forms{"bAA>A"};

constexpr std::array<Function, 16> functions{{{"+", add, plus_forms},
                                              {"-", subtract, minus_forms},
                                              {"*", multiply, product_forms},
                                              {"/", divide, product_forms},
                                              {"%", remainder, remainder_forms},
                                              {"-_", negate, negation_forms},
                                              {"!_", invert, inversion_forms},
                                              {"==", equal, equality_forms},
                                              {"!=", unequal, equality_forms},
                                              {"<", relate<true, false, false>, order_forms},
                                              {"<=", relate<true, true, false>, order_forms},
                                              {">", relate<false, false, true>, order_forms},
                                              {">=", relate<false, true, true>, order_forms},
                                              {"_[_]", index, index_forms},
                                              {"@in", contains, in_forms},
                                              {"_?_:_", nullptr, choice_forms}}};

}  // namespace

std::span<const Function> operator_functions() { return functions; }

}  // namespace weir::cel
