#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

#include <weir/utf8.hpp>

#include "core/base/units.hpp"
#include "core/cel/library.hpp"
#include "core/cel/moment.hpp"
#include "core/cel/number_text.hpp"
#include "core/cel/text_builder.hpp"

namespace weir::cel {
namespace {

Value overflow() { return Value::error(Failure::overflow); }
Value bad(const Value& text) { return Value::error(Failure::bad_conversion, text.str()); }

template <typename T>
std::optional<T> whole_number(std::string_view text) {
  T number{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

Value to_bool(Scope&, Arguments x) {
  static constexpr std::array<std::string_view, 6> yes{"1", "t", "T", "TRUE", "true", "True"};
  static constexpr std::array<std::string_view, 6> no{"0", "f", "F", "FALSE", "false", "False"};
  if (x[0].is(Kind::boolean)) return x[0];
  if (!x[0].is(Kind::text)) return no_such_overload();
  for (std::size_t i = 0; i < yes.size(); ++i) {
    if (x[0].str() == yes[i] || x[0].str() == no[i]) return Value::of_bool(x[0].str() == yes[i]);
  }
  return bad(x[0]);
}

Value text_to_int(const Value& v) {
  std::string_view text = v.str();
  if (text.starts_with('+') && text.substr(1, 1) != "-") text.remove_prefix(1);
  const auto number = whole_number<std::int64_t>(text);
  return number ? Value::of_int(*number) : bad(v);
}

Value to_int(Scope&, Arguments x) {
  constexpr double limit = 9223372036854775808.0;
  const Value& v = x[0];
  switch (v.kind) {
    case Kind::integer: return v;
    case Kind::duration:
    case Kind::timestamp: return Value::of_int(v.i);
    case Kind::uinteger:
      return v.u <= std::uint64_t{INT64_MAX} ? Value::of_int(static_cast<std::int64_t>(v.u))
                                             : overflow();
    case Kind::floating:
      if (!(v.f > -limit && v.f < limit)) return overflow();
      return Value::of_int(static_cast<std::int64_t>(v.f));
    case Kind::text: return text_to_int(v);
    default: return no_such_overload();
  }
}

Value to_uint(Scope&, Arguments x) {
  constexpr double limit = 18446744073709551616.0;
  const Value& v = x[0];
  switch (v.kind) {
    case Kind::uinteger: return v;
    case Kind::integer:
      return v.i >= 0 ? Value::of_uint(static_cast<std::uint64_t>(v.i)) : overflow();
    case Kind::floating:
      if (!(v.f >= 0 && v.f < limit)) return overflow();
      return Value::of_uint(static_cast<std::uint64_t>(v.f));
    case Kind::text: {
      const auto number = whole_number<std::uint64_t>(v.str());
      return number ? Value::of_uint(*number) : bad(v);
    }
    default: return no_such_overload();
  }
}

Value to_double(Scope& scope, Arguments x) {
  const Value& v = x[0];
  switch (v.kind) {
    case Kind::floating: return v;
    case Kind::integer: return Value::of_double(static_cast<double>(v.i));
    case Kind::uinteger: return Value::of_double(static_cast<double>(v.u));
    case Kind::text: {
      double number = 0;
      char* room = scope.memory.chars(std::size_t{v.n} + 1);
      if (room == nullptr) return no_memory();
      return parse_floating(v.str(), room, number) ? Value::of_double(number) : bad(v);
    }
    default: return no_such_overload();
  }
}

Value to_bytes(Scope&, Arguments x) {
  if (x[0].is(Kind::bytes)) return x[0];
  return x[0].is(Kind::text) ? Value::of_bytes(x[0].str()) : no_such_overload();
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (next_code_point(text) >= raw_byte_code) return false;
  }
  return true;
}

template <typename T>
Value print(Scope& scope, T number) {
  TextBuilder out(scope.memory, 24);
  std::array<char, 24> digits{};
  const auto made = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.add({digits.data(), static_cast<std::size_t>(made.ptr - digits.data())});
  return out.value();
}

Value print_with(Scope& scope, const Value& v, std::size_t bytes_max,
                 std::size_t (*write)(const Value&, char*)) {
  char* out = scope.memory.chars(bytes_max);
  if (out == nullptr) return no_memory();
  const std::size_t n = write(v, out);
  scope.memory.keep(out, n);
  return Value::of_text({out, n});
}

Value to_text(Scope& scope, Arguments x) {
  const Value& v = x[0];
  switch (v.kind) {
    case Kind::text: return v;
    case Kind::boolean: return Value::of_text(v.u != 0 ? "true" : "false");
    case Kind::integer: return print(scope, v.i);
    case Kind::uinteger: return print(scope, v.u);
    case Kind::bytes:
      return is_utf8(v.str()) ? Value::of_text(v.str())
                              : bad(Value::of_text("bytes that are no UTF-8"));
    case Kind::floating: return print_with(scope, v, floating_chars_max, print_floating);
    case Kind::duration: return print_with(scope, v, duration_chars_max, print_seconds);
    case Kind::timestamp: return print_with(scope, v, timestamp_chars_max, print_timestamp);
    default: return no_such_overload();
  }
}

Value to_duration(Scope&, Arguments x) {
  if (x[0].is(Kind::duration)) return x[0];
  if (!x[0].is(Kind::text)) return no_such_overload();
  const Result<std::int64_t> ns = parse_go_duration(x[0].str());
  return ns.ok() ? Value::of_duration(ns.value()) : bad(x[0]);
}

Value to_timestamp(Scope&, Arguments x) {
  if (x[0].is(Kind::timestamp)) return x[0];
  if (x[0].is(Kind::integer)) return timestamp_at(x[0].i);
  return x[0].is(Kind::text) ? parse_timestamp(x[0].str()) : no_such_overload();
}

Value to_dyn(Scope&, Arguments x) { return x[0]; }

Value to_type(Scope&, Arguments x) { return Value::of_type(x[0].kind); }

constexpr std::array<std::string_view, 2> bool_forms{"b>b", "s>b"};
constexpr std::array<std::string_view, 2> bytes_forms{"y>y", "s>y"};
constexpr std::array<std::string_view, 4> double_forms{"d>d", "i>d", "s>d", "u>d"};
constexpr std::array<std::string_view, 2> duration_forms{"n>n", "s>n"};
constexpr std::array<std::string_view, 6> int_forms{"i>i", "d>i", "n>i", "s>i", "t>i", "u>i"};
constexpr std::array<std::string_view, 8> text_forms{"s>s", "b>s", "y>s", "d>s",
                                                     "n>s", "i>s", "t>s", "u>s"};
constexpr std::array<std::string_view, 3> timestamp_forms{"t>t", "i>t", "s>t"};
constexpr std::array<std::string_view, 4> uint_forms{"u>u", "d>u", "i>u", "s>u"};
constexpr std::array<std::string_view, 1> dyn_forms{"A>D"};
constexpr std::array<std::string_view, 1> type_forms{"A>=A"};

constexpr Function::Nature conversion = Function::Nature::conversion;
constexpr std::array<Function, 10> functions{
    {{"bool", to_bool, bool_forms, conversion},
     {"bytes", to_bytes, bytes_forms, conversion},
     {"double", to_double, double_forms, conversion},
     {"duration", to_duration, duration_forms, conversion},
     {"int", to_int, int_forms, conversion},
     {"string", to_text, text_forms, conversion},
     {"timestamp", to_timestamp, timestamp_forms, conversion},
     {"uint", to_uint, uint_forms, conversion},
     {"dyn", to_dyn, dyn_forms, conversion},
     {"type", to_type, type_forms}}};

}  // namespace

std::span<const Function> conversion_functions() { return functions; }

}  // namespace weir::cel
