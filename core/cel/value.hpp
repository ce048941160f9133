#pragma once

// One value of an expression: 16 bytes that own nothing.
//
// Ownership  Texts, lists and maps point into the batch, the program or the memory of the evaluation, and are valid
//            as long as these are. The maps "tags" and "fields" stand for those of the metric at hand.
// Errors     A failed evaluation is a value too: logical operators may still find an answer without it.
// Units      A timestamp is seconds since the Unix epoch and nanoseconds above them; a duration nanoseconds.

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {
inline namespace v1 {
// NOLINTBEGIN(readability-identifier-naming): the SDK's
class row;
class time_zone;
// NOLINTEND(readability-identifier-naming)
}  // namespace v1
}  // namespace weir

// NOLINTNEXTLINE(readability-identifier-naming): the library's
namespace re2 {
class RE2;
}

namespace weir::cel {

enum class Kind : std::uint8_t {
  error,
  null,
  boolean,
  integer,
  uinteger,
  floating,
  text,
  bytes,
  timestamp,
  duration,
  list,
  map,
  tags,
  fields,
  type,
  pattern,  // What a constant argument was prepared to: a compiled regular expression...
  zone      // ... and a loaded time zone.
};

enum class Failure : std::uint8_t {
  none,
  no_such_key,
  no_such_overload,
  not_iterable,
  division_by_zero,
  overflow,
  out_of_range,
  bad_conversion,
  bad_pattern,
  bad_zone,
  bad_base64,
  not_ordered,
  empty_list,
  negative_shift,
  no_memory,
  too_many_steps
};

struct Value {
  Kind kind{Kind::null};
  union {
    Failure failure{Failure::none};  // Of an error.
    Kind named;                      // Of a type.
  };
  std::uint32_t n{0};  // Bytes, items, entries, or the nanoseconds of a timestamp.
  union {
    std::int64_t i{0};  // Also seconds of a timestamp.
    std::uint64_t u;    // Also of a boolean: 0 or 1.
    double f;
    const char* text;    // Also what an error is about.
    const Value* items;  // Of a map: keys and values in turn.
    const re2::RE2* pattern;
    const time_zone* zone;
  };

  [[nodiscard]] bool is(Kind wanted) const { return kind == wanted; }
  [[nodiscard]] bool failed() const { return kind == Kind::error; }
  [[nodiscard]] bool is_true() const { return kind == Kind::boolean && u != 0; }
  [[nodiscard]] bool is_false() const { return kind == Kind::boolean && u == 0; }
  [[nodiscard]] bool is_number() const {
    return kind == Kind::integer || kind == Kind::uinteger || kind == Kind::floating;
  }
  [[nodiscard]] bool is_map() const {
    return kind == Kind::map || kind == Kind::tags || kind == Kind::fields;
  }
  [[nodiscard]] std::string_view str() const { return {text, n}; }

  static Value of_bool(bool b);
  static Value of_int(std::int64_t i);
  static Value of_uint(std::uint64_t u);
  static Value of_double(double f);
  static Value of_text(std::string_view text) { return of_chars(Kind::text, text); }
  static Value of_bytes(std::string_view bytes) { return of_chars(Kind::bytes, bytes); }
  static Value of_timestamp(std::int64_t unix_s, std::uint32_t nanosecond);
  static Value of_duration(std::int64_t ns);
  static Value of_list(const Value* items, std::uint32_t n);
  static Value of_map(const Value* pairs, std::uint32_t n);
  static Value of_variable(Kind tags_or_fields) { return of_kind(tags_or_fields); }
  static Value of_type(Kind named);
  static Value of_pattern(const re2::RE2* pattern);
  static Value of_zone(const time_zone* zone);
  // about: what the message names; it has to live as long as the value.
  static Value error(Failure failure, std::string_view about = {});

 private:
  static Value of_kind(Kind kind) {
    Value v;
    v.kind = kind;
    return v;
  }
  static Value of_chars(Kind kind, std::string_view chars) {
    Value v = of_kind(kind);
    v.n = static_cast<std::uint32_t>(chars.size());
    v.text = chars.data();
    return v;
  }
};
static_assert(sizeof(Value) == 16);

// "no such key: x": why an evaluation failed, for the log.
[[nodiscard]] std::string describe_failure(const Value& error);

// The value of a tag or field of the metric as an expression sees it; the key is there.
[[nodiscard]] Value tag_of(const row& metric, std::uint32_t index);
[[nodiscard]] Value field_of(const row& metric, std::uint32_t index);

// A map of any kind: how many entries it has, its i-th key, and the value of a key (an error where it has none).
[[nodiscard]] std::uint32_t entries_of(const Value& map, const row* metric);
[[nodiscard]] Value key_of(const Value& map, std::uint32_t i, const row* metric);
[[nodiscard]] Value look_up(const Value& map, const Value& key, const row* metric);

// Numbers are equal across their types; values of different kinds are different.
[[nodiscard]] bool equals(const Value& a, const Value& b, const row* metric);

enum class Order : std::uint8_t {
  less,
  equal,
  greater,
  none
};  // none: NaN has no place in any order.
// False: the two cannot be compared.
[[nodiscard]] bool compare(const Value& a, const Value& b, Order& order);

}  // namespace weir::cel
