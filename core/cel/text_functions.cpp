#include <algorithm>
#include <array>
#include <limits>

#include <weir/utf8.hpp>

#include "core/cel/characters.hpp"
#include "core/cel/library.hpp"
#include "core/cel/prepared.hpp"

namespace weir::cel {
namespace {

constexpr std::size_t npos = std::string_view::npos;

Value out_of_range() { return Value::error(Failure::out_of_range); }

bool is_text(const Value& v) { return v.is(Kind::text); }

Value size(Scope& scope, Arguments x) {
  const Value& v = x[0];
  if (is_text(v)) return Value::of_int(static_cast<std::int64_t>(count_characters(v.str())));
  if (v.is_map()) return Value::of_int(entries_of(v, scope.metric));
  return v.is(Kind::list) || v.is(Kind::bytes) ? Value::of_int(v.n) : no_such_overload();
}

template <bool (*F)(std::string_view, std::string_view)>
Value text_test(Scope&, Arguments x) {
  if (!is_text(x[0]) || !is_text(x[1])) return no_such_overload();
  return Value::of_bool(F(x[0].str(), x[1].str()));
}

bool has_part(std::string_view text, std::string_view part) { return text.find(part) != npos; }
bool has_begin(std::string_view text, std::string_view begin) { return text.starts_with(begin); }
bool has_end(std::string_view text, std::string_view end) { return text.ends_with(end); }

Value matches_pattern(Scope&, Arguments x) {
  return is_text(x[0]) ? matches(x[0].str(), x[1]) : no_such_overload();
}

Value char_at(Scope&, Arguments x) {
  if (!is_text(x[0]) || !x[1].is(Kind::integer)) return no_such_overload();
  const std::string_view text = x[0].str();
  const std::size_t from = offset_of_character(text, x[1].i);
  if (from == npos) return out_of_range();
  const std::string_view rest = text.substr(from);
  return Value::of_text(rest.substr(0, offset_after_first(rest)));
}

Value substring(Scope&, Arguments x) {
  const bool with_end = x.size() == 3;
  if (!is_text(x[0]) || !x[1].is(Kind::integer) || (with_end && !x[2].is(Kind::integer))) {
    return no_such_overload();
  }
  const std::string_view text = x[0].str();
  const std::size_t from = offset_of_character(text, x[1].i);
  const std::size_t to = with_end ? offset_of_character(text, x[2].i) : text.size();
  if (from == npos || to == npos || to < from) return out_of_range();
  return Value::of_text(text.substr(from, to - from));
}

// ---- where a text stands in another: places count characters ----

std::int64_t place_of(std::string_view text, std::size_t offset) {
  return static_cast<std::int64_t>(count_characters(text.substr(0, offset)));
}

// The place of an empty text: where the search begins, but inside the text.
Value empty_at(std::string_view text, std::int64_t from) {
  return Value::of_int(std::min(from, place_of(text, text.size())));
}

Value index_of(Scope&, Arguments x) {
  const bool with_from = x.size() == 3;
  if (!is_text(x[0]) || !is_text(x[1]) || (with_from && !x[2].is(Kind::integer))) {
    return no_such_overload();
  }
  const std::string_view text = x[0].str(), part = x[1].str();
  const std::int64_t from = with_from ? x[2].i : 0;
  if (from < 0) return out_of_range();
  if (part.empty()) return empty_at(text, from);
  const std::size_t begin = offset_of_character(text, from);
  const std::size_t found = begin == npos ? npos : text.find(part, begin);
  return Value::of_int(found == npos ? -1 : place_of(text, found));
}

Value last_index_of(Scope&, Arguments x) {
  const bool with_from = x.size() == 3;
  if (!is_text(x[0]) || !is_text(x[1]) || (with_from && !x[2].is(Kind::integer))) {
    return no_such_overload();
  }
  const std::string_view text = x[0].str(), part = x[1].str();
  const std::int64_t from = with_from ? x[2].i : std::numeric_limits<std::int64_t>::max();
  if (from < 0) return out_of_range();
  if (part.empty()) return empty_at(text, from);
  const std::size_t begin = with_from ? offset_of_character(text, from) : text.size();
  const bool beyond = begin == npos || (with_from && begin == text.size());
  const std::size_t found = beyond ? npos : text.rfind(part, begin);
  return Value::of_int(found == npos ? -1 : place_of(text, found));
}

constexpr std::array<std::string_view, 8> size_forms{"y>i",   "y.>i",   "[A>i", "[A.>i",
                                                     "{AB>i", "{AB.>i", "s>i",  "s.>i"};
constexpr std::array<std::string_view, 1> test_forms{"s.s>b"};
constexpr std::array<std::string_view, 2> match_forms{"ss>b", "s.s>b"};
constexpr std::array<std::string_view, 1> at_forms{"s.i>s"};
constexpr std::array<std::string_view, 2> part_forms{"s.i>s", "s.ii>s"};
constexpr std::array<std::string_view, 2> place_forms{"s.s>i", "s.si>i"};

constexpr std::array<Function, 9> functions{
    {{"size", size, size_forms},
     {"contains", text_test<has_part>, test_forms},
     {"startsWith", text_test<has_begin>, test_forms},
     {"endsWith", text_test<has_end>, test_forms},
     {"matches", matches_pattern, match_forms, Function::Nature::conversion},
     {"charAt", char_at, at_forms},
     {"substring", substring, part_forms},
     {"indexOf", index_of, place_forms},
     {"lastIndexOf", last_index_of, place_forms}}};

}  // namespace

std::span<const Function> text_functions() { return functions; }

}  // namespace weir::cel
