#include <array>
#include <cmath>

#include "core/cel/library.hpp"

namespace weir::cel {
namespace {

// ---- the greatest and the least of numbers ----

template <Order Better>
Value extreme_of(Arguments numbers) {
  const Value* best = nullptr;
  for (const Value& v : numbers) {
    if (!v.is_number()) return no_such_overload();
    Order order = Order::none;
    if (best == nullptr || !compare(v, *best, order)) {
      best = &v;
      continue;
    }
    if (order == Order::none) return Value::error(Failure::not_ordered);
    if (order == Better) best = &v;
  }
  return best == nullptr ? Value::error(Failure::empty_list) : *best;
}

template <Order Better>
Value extreme(Scope&, Arguments x) {
  if (x.size() == 1 && x[0].is(Kind::list)) return extreme_of<Better>({x[0].items, x[0].n});
  return extreme_of<Better>(x);
}

// ---- of floating numbers ----

template <double (*F)(double)>
Value floating(Scope&, Arguments x) {
  return x[0].is(Kind::floating) ? Value::of_double(F(x[0].f)) : no_such_overload();
}

template <bool (*F)(double)>
Value floating_test(Scope&, Arguments x) {
  return x[0].is(Kind::floating) ? Value::of_bool(F(x[0].f)) : no_such_overload();
}

double ceil_of(double f) { return std::ceil(f); }
double floor_of(double f) { return std::floor(f); }
double round_of(double f) { return std::round(f); }
double trunc_of(double f) { return std::trunc(f); }
bool is_infinite(double f) { return std::isinf(f); }
bool is_nan(double f) { return std::isnan(f); }
bool is_finite(double f) { return std::isfinite(f); }

// ---- of any number ----

Value absolute(Scope&, Arguments x) {
  switch (x[0].kind) {
    case Kind::floating: return Value::of_double(std::fabs(x[0].f));
    case Kind::uinteger: return x[0];
    case Kind::integer:
      if (x[0].i == INT64_MIN) return Value::error(Failure::overflow);
      return Value::of_int(x[0].i < 0 ? -x[0].i : x[0].i);
    default: return no_such_overload();
  }
}

Value sign(Scope&, Arguments x) {
  const auto of = [](auto v) { return v > 0 ? 1 : v < 0 ? -1 : 0; };
  switch (x[0].kind) {
    case Kind::floating: return Value::of_double(std::isnan(x[0].f) ? x[0].f : of(x[0].f));
    case Kind::uinteger: return Value::of_uint(x[0].u > 0 ? 1 : 0);
    case Kind::integer: return Value::of_int(of(x[0].i));
    default: return no_such_overload();
  }
}

Value square_root(Scope&, Arguments x) {
  switch (x[0].kind) {
    case Kind::floating: return Value::of_double(std::sqrt(x[0].f));
    case Kind::uinteger: return Value::of_double(std::sqrt(static_cast<double>(x[0].u)));
    case Kind::integer: return Value::of_double(std::sqrt(static_cast<double>(x[0].i)));
    default: return no_such_overload();
  }
}

// ---- bits ----

bool is_whole(const Value& v) { return v.is(Kind::integer) || v.is(Kind::uinteger); }

std::uint64_t bits_of(const Value& v) {
  return v.is(Kind::integer) ? static_cast<std::uint64_t>(v.i) : v.u;
}

Value with_bits(const Value& like, std::uint64_t bits) {
  return like.is(Kind::integer) ? Value::of_int(static_cast<std::int64_t>(bits))
                                : Value::of_uint(bits);
}

template <std::uint64_t (*F)(std::uint64_t, std::uint64_t)>
Value bitwise(Scope&, Arguments x) {
  if (x[0].kind != x[1].kind || !is_whole(x[0])) return no_such_overload();
  return with_bits(x[0], F(bits_of(x[0]), bits_of(x[1])));
}

std::uint64_t and_of(std::uint64_t a, std::uint64_t b) { return a & b; }
std::uint64_t or_of(std::uint64_t a, std::uint64_t b) { return a | b; }
std::uint64_t xor_of(std::uint64_t a, std::uint64_t b) { return a ^ b; }

Value bit_not(Scope&, Arguments x) {
  return is_whole(x[0]) ? with_bits(x[0], ~bits_of(x[0])) : no_such_overload();
}

template <bool Left>
Value shift(Scope&, Arguments x) {
  if (!is_whole(x[0]) || !x[1].is(Kind::integer)) return no_such_overload();
  if (x[1].i < 0) return Value::error(Failure::negative_shift);
  if (x[1].i >= 64) return with_bits(x[0], 0);
  const std::uint64_t bits = bits_of(x[0]);
  return with_bits(x[0], Left ? bits << x[1].i : bits >> x[1].i);
}

constexpr std::array<std::string_view, 15> extreme_forms{"d>d",  "i>i",  "u>u",  "dd>d", "ii>i",
                                                         "uu>u", "du>D", "di>D", "iu>D", "id>D",
                                                         "ud>D", "ui>D", "[d>d", "[i>i", "[u>u"};
constexpr std::array<std::string_view, 1> floating_forms{"d>d"};
constexpr std::array<std::string_view, 1> test_forms{"d>b"};
constexpr std::array<std::string_view, 3> number_forms{"d>d", "i>i", "u>u"};
constexpr std::array<std::string_view, 3> root_forms{"d>d", "i>d", "u>d"};
constexpr std::array<std::string_view, 2> pair_forms{"ii>i", "uu>u"};
constexpr std::array<std::string_view, 2> not_forms{"i>i", "u>u"};
constexpr std::array<std::string_view, 2> shift_forms{"ii>i", "ui>u"};

constexpr std::array<Function, 18> functions{
    {{"math.greatest", extreme<Order::greater>, extreme_forms},
     {"math.least", extreme<Order::less>, extreme_forms},
     {"math.ceil", floating<ceil_of>, floating_forms},
     {"math.floor", floating<floor_of>, floating_forms},
     {"math.round", floating<round_of>, floating_forms},
     {"math.trunc", floating<trunc_of>, floating_forms},
     {"math.isInf", floating_test<is_infinite>, test_forms},
     {"math.isNaN", floating_test<is_nan>, test_forms},
     {"math.isFinite", floating_test<is_finite>, test_forms},
     {"math.abs", absolute, number_forms},
     {"math.sign", sign, number_forms},
     {"math.sqrt", square_root, root_forms},
     {"math.bitAnd", bitwise<and_of>, pair_forms},
     {"math.bitOr", bitwise<or_of>, pair_forms},
     {"math.bitXor", bitwise<xor_of>, pair_forms},
     {"math.bitNot", bit_not, not_forms},
     {"math.bitShiftLeft", shift<true>, shift_forms},
     {"math.bitShiftRight", shift<false>, shift_forms}}};

}  // namespace

std::span<const Function> math_functions() { return functions; }

}  // namespace weir::cel
