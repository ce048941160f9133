#include "core/cel/moment.hpp"

#include <weir/timezone.hpp>

#include "core/cel/function.hpp"

namespace weir::cel {
namespace {

constexpr std::int64_t first_s = days_of(1, 1, 1) * 86400;
constexpr std::int64_t end_s = days_of(10000, 1, 1) * 86400;
constexpr std::int64_t ns_per_s = 1'000'000'000;

Value overflow() { return Value::error(Failure::overflow); }

// Whole seconds below ns, and what is left of it.
struct Split {
  explicit Split(std::int64_t ns) : seconds(ns / ns_per_s), rest(ns % ns_per_s) {
    if (rest >= 0) return;
    --seconds;
    rest += ns_per_s;
  }
  std::int64_t seconds, rest;
};

// Takes digits off the begin of a text.
class Digits {
 public:
  explicit Digits(std::string_view text) : text_(text) {}

  bool number(std::size_t digits, std::int32_t& out) {
    if (text_.size() < digits) return false;
    out = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (text_[i] < '0' || text_[i] > '9') return false;
      out = out * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(digits);
    return true;
  }
  bool accept(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  // Nanoseconds of a fraction behind its point.
  bool fraction(std::uint32_t& ns) {
    std::uint32_t unit = ns_per_s / 10;
    std::int32_t digit = 0;
    if (!number(1, digit)) return false;
    do {
      ns += static_cast<std::uint32_t>(digit) * unit;
      unit /= 10;
    } while (number(1, digit));
    return true;
  }
  [[nodiscard]] bool done() const { return text_.empty(); }

 private:
  std::string_view text_;
};

bool valid(const civil_time& t) {
  const bool day = t.month >= 1 && t.month <= 12 && t.day >= 1 &&
                   civil_of(days_of(t.year, t.month, t.day) * 86400).month == t.month;
  return day && t.hour < 24 && t.minute < 60 && t.second < 60;
}

bool parse_date_time(Digits& from, civil_time& t) {
  std::int32_t year = 0;
  const bool date = from.number(4, year) && from.accept('-') && from.number(2, t.month) &&
                    from.accept('-') && from.number(2, t.day) && from.accept('T');
  t.year = year;
  return date && from.number(2, t.hour) && from.accept(':') && from.number(2, t.minute) &&
         from.accept(':') && from.number(2, t.second) && valid(t);
}

bool parse_offset(Digits& from, std::int64_t& offset_s) {
  if (from.accept('Z')) return true;
  const bool east = from.accept('+');
  std::int32_t hours = 0, minutes = 0;
  const bool good = (east || from.accept('-')) && from.number(2, hours) && from.accept(':') &&
                    from.number(2, minutes) && hours < 24 && minutes < 60;
  offset_s = (std::int64_t{hours} * 3600 + std::int64_t{minutes} * 60) * (east ? 1 : -1);
  return good;
}

void put(char*& out, std::int64_t number, int digits) {
  for (int i = digits; i-- > 0; number /= 10) out[i] = static_cast<char>('0' + number % 10);
  out += digits;
}

}  // namespace

Value parse_timestamp(std::string_view text) {
  Digits from(text);
  civil_time t;
  std::uint32_t ns = 0;
  std::int64_t offset_s = 0;
  const bool good = parse_date_time(from, t) && (!from.accept('.') || from.fraction(ns)) &&
                    parse_offset(from, offset_s) && from.done();
  return good ? timestamp_at(seconds_of(t) - offset_s, ns)
              : Value::error(Failure::bad_conversion, text);
}

Value timestamp_at(std::int64_t unix_s, std::uint32_t nanosecond) {
  if (unix_s < first_s || unix_s >= end_s) return overflow();
  return Value::of_timestamp(unix_s, nanosecond);
}

Value timestamp_of_ns(std::int64_t ns) {
  const Split split(ns);
  return Value::of_timestamp(split.seconds, static_cast<std::uint32_t>(split.rest));
}

Value add_times(const Value& a, const Value& b) {
  if (a.is(Kind::duration) && b.is(Kind::duration)) {
    std::int64_t sum = 0;
    return __builtin_add_overflow(a.i, b.i, &sum) ? overflow() : Value::of_duration(sum);
  }
  if (a.is(Kind::duration) && b.is(Kind::timestamp)) return add_times(b, a);
  if (!a.is(Kind::timestamp) || !b.is(Kind::duration)) return no_such_overload();
  const Split by(b.i);
  const std::int64_t ns = by.rest + a.n;
  return timestamp_at(a.i + by.seconds + ns / ns_per_s, static_cast<std::uint32_t>(ns % ns_per_s));
}

Value subtract_times(const Value& a, const Value& b) {
  if (a.kind == b.kind && a.is(Kind::timestamp)) {
    std::int64_t ns = 0;
    const bool large = __builtin_mul_overflow(a.i - b.i, ns_per_s, &ns) ||
                       __builtin_add_overflow(ns, std::int64_t{a.n} - b.n, &ns);
    return large ? overflow() : Value::of_duration(ns);
  }
  if (!b.is(Kind::duration)) return no_such_overload();
  std::int64_t difference = 0;
  if (a.is(Kind::duration)) {
    const bool large = __builtin_sub_overflow(a.i, b.i, &difference);
    return large ? overflow() : Value::of_duration(difference);
  }
  return b.i == INT64_MIN ? overflow() : add_times(a, Value::of_duration(-b.i));
}

std::size_t print_timestamp(const Value& timestamp, char* out) {
  char* at = out;
  const civil_time t = civil_of(timestamp.i);
  put(at, t.year, 4);
  *at++ = '-';
  put(at, t.month, 2);
  *at++ = '-';
  put(at, t.day, 2);
  *at++ = 'T';
  put(at, t.hour, 2);
  *at++ = ':';
  put(at, t.minute, 2);
  *at++ = ':';
  put(at, t.second, 2);
  if (timestamp.n != 0) {
    *at++ = '.';
    put(at, timestamp.n, 9);
    while (at[-1] == '0') --at;
  }
  *at++ = 'Z';
  return static_cast<std::size_t>(at - out);
}

}  // namespace weir::cel
