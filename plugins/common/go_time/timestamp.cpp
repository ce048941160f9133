#include "plugins/common/go_time/timestamp.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "plugins/common/text/go_number.hpp"

namespace weir::common {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr const char* beyond = "the time is out of range";

// The unit of a unix format; 0 for others.
std::int64_t unit_of(std::string_view format) {
  if (format == "unix") return second_ns;
  if (format == "unix_ms") return 1'000'000;
  if (format == "unix_us") return 1'000;
  return format == "unix_ns" ? 1 : 0;
}

std::string scaled(std::int64_t number, std::int64_t unit, std::int64_t rest_ns, std::int64_t& ns) {
  const bool fits =
      !__builtin_mul_overflow(number, unit, &ns) && !__builtin_add_overflow(ns, rest_ns, &ns);
  return fits ? "" : beyond;
}

// "GMT+3" names an offset which Go then does not apply; "GMT+0" is a zone like any other.
bool is_shifted_gmt(std::string_view abbreviation) {
  return abbreviation.size() > 3 && abbreviation.starts_with("GMT") &&
         abbreviation.find_first_not_of('0', 4) != std::string_view::npos;
}

// Blanks group digits; the first comma, or else the first dot, is the decimal point.
std::string plain_number(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ') out += c;
  }
  const std::size_t comma = out.find(',');
  if (comma != std::string::npos) out[comma] = '.';
  return out;
}

}  // namespace

TimestampFormat::TimestampFormat(std::string_view format, std::string_view zone, NoYear no_year)
    : unit_ns_(unit_of(format)), no_year_(no_year) {
  if (unit_ns_ == 0) layout_.emplace(go_layout_of(format));
  const std::string why = zone_.load(zone);
  if (!why.empty()) throw std::invalid_argument(why);
}

std::string TimestampFormat::read(std::string_view text, std::int64_t now_ns,
                                  std::int64_t& ns) const {
  return layout_ ? read_layout(*layout_, text, now_ns, ns) : read_unix(text, ns);
}

std::string TimestampFormat::read(std::int64_t number, std::int64_t& ns) const {
  if (layout_) return "a number, where the format wants a text";
  return scaled(number, unit_ns_, 0, ns);
}

std::string TimestampFormat::read(double number, std::int64_t& ns) const {
  if (layout_) return "a number, where the format wants a text";
  double whole = 0;
  const double fraction = std::modf(number, &whole);
  constexpr double limit = 9.2e18;
  if (!(std::fabs(whole) < limit)) return beyond;
  const auto rest_ns = static_cast<std::int64_t>(fraction * static_cast<double>(unit_ns_));
  return scaled(static_cast<std::int64_t>(whole), unit_ns_, rest_ns, ns);
}

std::string TimestampFormat::read_unix(std::string_view text, std::int64_t& ns) const {
  std::int64_t whole = 0;
  if (parse_go_int(text, whole) == GoNumber::ok) return scaled(whole, unit_ns_, 0, ns);
  const std::string number = plain_number(text);
  if (parse_go_int(number, whole) == GoNumber::ok) return scaled(whole, unit_ns_, 0, ns);
  const std::size_t dot = number.find('.');
  const bool digits = dot != std::string::npos && dot + 1 < number.size() &&
                      number.find_first_not_of("0123456789", dot + 1) == std::string::npos;
  if (digits && parse_go_int(number.substr(0, dot), whole) == GoNumber::ok) {
    std::int64_t rest_ns = 0;
    std::int64_t place = unit_ns_;
    for (std::size_t i = dot + 1; i < number.size() && place > 1; ++i) {
      rest_ns += (number[i] - '0') * (place /= 10);
    }
    return scaled(whole, unit_ns_, number[0] == '-' ? -rest_ns : rest_ns, ns);
  }
  double value = 0;
  if (parse_go_float(number, value) != GoNumber::ok) return "not a number";
  return read(value, ns);
}

std::string TimestampFormat::read_layout(const GoLayout& layout, std::string_view text,
                                         std::int64_t now_ns, std::int64_t& ns) const {
  GoTime t;
  std::string why = layout.parse(text, zone_, t);
  if (!why.empty()) return why;
  if (!t.abbreviation.empty() && !is_shifted_gmt(t.abbreviation)) {
    // The zone of that name; Go alone would take the text for UTC.
    time_zone zone;
    if (!zone.load(t.abbreviation).empty()) {
      return "the time zone \"" + t.abbreviation + "\" is not known";
    }
    t.unix_s = zone.to_utc(t.unix_s);
  }
  if (t.year == 0 && no_year_ == NoYear::zero) {
    constexpr std::uint64_t unit_ns = second_ns;
    ns = static_cast<std::int64_t>(static_cast<std::uint64_t>(t.unix_s) * unit_ns +
                                   static_cast<std::uint64_t>(t.nanosecond));
    return {};
  }
  if (t.year == 0) {
    civil_time civil = civil_of(t.unix_s);
    civil.year += civil_of(now_ns / second_ns).year;
    t.unix_s = seconds_of(civil);
  }
  return scaled(t.unix_s, second_ns, t.nanosecond, ns);
}

}  // namespace weir::common
