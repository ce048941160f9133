#include <array>
#include <charconv>

#include <weir/timezone.hpp>

#include "core/cel/library.hpp"
#include "core/cel/moment.hpp"
#include "core/cel/prepared.hpp"

namespace weir::cel {
namespace {

enum class Part : std::uint8_t {
  year,
  month,
  day_of_year,
  day_of_month,
  date,
  day_of_week,
  hours,
  minutes,
  seconds,
  milliseconds
};

constexpr bool counts_from_midnight(Part part) { return part >= Part::hours; }

std::int64_t part_of(Part part, std::int64_t local_s, std::uint32_t nanosecond) {
  const civil_time t = civil_of(local_s);
  const std::int64_t days = days_of(t.year, t.month, t.day);
  switch (part) {
    case Part::year: return t.year;
    case Part::month: return t.month - 1;
    case Part::day_of_year: return days - days_of(t.year, 1, 1);
    case Part::day_of_month: return t.day - 1;
    case Part::date: return t.day;
    case Part::day_of_week: return weekday_of(days);
    case Part::hours: return t.hour;
    case Part::minutes: return t.minute;
    case Part::seconds: return t.second;
    case Part::milliseconds: return nanosecond / 1'000'000;
  }
  return 0;
}

// The whole duration in a unit.
std::int64_t count_of(Part part, std::int64_t ns) {
  constexpr std::int64_t s = 1'000'000'000;
  switch (part) {
    case Part::hours: return ns / (3600 * s);
    case Part::minutes: return ns / (60 * s);
    case Part::seconds: return ns / s;
    default: return ns / 1'000'000;
  }
}

template <Part P>
Value get(Scope&, Arguments x) {
  if (x[0].is(Kind::duration) && x.size() == 1 && counts_from_midnight(P)) {
    return Value::of_int(count_of(P, x[0].i));
  }
  if (!x[0].is(Kind::timestamp)) return no_such_overload();
  std::int64_t offset_s = 0;
  if (x.size() == 2) {
    const Value failure = zone_offset(x[1], x[0].i, offset_s);
    if (failure.failed()) return failure;
  }
  return Value::of_int(part_of(P, x[0].i + offset_s, x[0].n));
}

Value now(Scope& scope, Arguments) { return timestamp_of_ns(scope.now_ns); }

constexpr std::array<std::string_view, 1> now_forms{">t"};
constexpr std::array<std::string_view, 2> date_forms{"t.>i", "t.s>i"};
constexpr std::array<std::string_view, 3> clock_forms{"t.>i", "t.s>i", "n.>i"};

constexpr std::array<Function, 11> functions{
    {{"now", now, now_forms, Function::Nature::clock},
     {"getFullYear", get<Part::year>, date_forms},
     {"getMonth", get<Part::month>, date_forms},
     {"getDayOfYear", get<Part::day_of_year>, date_forms},
     {"getDayOfMonth", get<Part::day_of_month>, date_forms},
     {"getDate", get<Part::date>, date_forms},
     {"getDayOfWeek", get<Part::day_of_week>, date_forms},
     {"getHours", get<Part::hours>, clock_forms},
     {"getMinutes", get<Part::minutes>, clock_forms},
     {"getSeconds", get<Part::seconds>, clock_forms},
     {"getMilliseconds", get<Part::milliseconds>, clock_forms}}};

}  // namespace

std::span<const Function> time_functions() { return functions; }

}  // namespace weir::cel
