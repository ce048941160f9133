#include "plugins/common/go_time/go_layout.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace weir::common {
namespace {

using Field = GoLayout::Field;
using Chunk = GoLayout::Chunk;
using OffsetForm = GoLayout::OffsetForm;

constexpr std::array<std::string_view, 12> months = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> weekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                      "Thursday", "Friday", "Saturday"};
constexpr std::size_t short_name = 3;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool digit_at(std::string_view s, std::size_t i) { return i < s.size() && is_digit(s[i]); }

bool starts_with_fold(std::string_view s, std::string_view prefix) {
  return s.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), s.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

constexpr bool is_leap(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
std::int32_t days_in(std::int32_t month, std::int64_t year) {
  constexpr std::array<std::int32_t, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return days[static_cast<std::size_t>(month - 1)] + (month == 2 && is_leap(year) ? 1 : 0);
}

// ---- layouts ----

struct Word {
  std::string_view text;
  Field field;
  OffsetForm offset{};
};

// In front of those that begin like them.
constexpr Word words[] = {{"January", Field::long_month},
                          {"Monday", Field::long_weekday},
                          {"MST", Field::abbreviation},
                          {"2006", Field::long_year},
                          {"002", Field::zero_year_day},
                          {"__2", Field::under_year_day},
                          {"15", Field::hour},
                          {"01", Field::zero_month},
                          {"02", Field::zero_day},
                          {"03", Field::zero_hour12},
                          {"04", Field::zero_minute},
                          {"05", Field::zero_second},
                          {"06", Field::year},
                          {"PM", Field::upper_pm},
                          {"pm", Field::lower_pm},
                          {"-07:00:00", Field::offset, {false, true, 3}},
                          {"-070000", Field::offset, {false, false, 3}},
                          {"-07:00", Field::offset, {false, true, 2}},
                          {"-0700", Field::offset, {false, false, 2}},
                          {"-07", Field::offset, {false, false, 1}},
                          {"Z07:00:00", Field::offset, {true, true, 3}},
                          {"Z070000", Field::offset, {true, false, 3}},
                          {"Z07:00", Field::offset, {true, true, 2}},
                          {"Z0700", Field::offset, {true, false, 2}},
                          {"Z07", Field::offset, {true, false, 1}},
                          {"1", Field::month},
                          {"2", Field::day},
                          {"3", Field::hour12},
                          {"4", Field::minute},
                          {"5", Field::second}};

// A field at the begin of s. Returns its length, 0 where there is none.
std::size_t field_at(std::string_view s, Chunk& c) {
  for (const Word& w : words) {
    if (!s.starts_with(w.text)) continue;
    c.field = w.field;
    c.offset = w.offset;
    return w.text.size();
  }
  const bool month = s.starts_with("Jan");
  if ((month || s.starts_with("Mon")) && (s.size() == short_name || !is_lower(s[short_name]))) {
    c.field = month ? Field::short_month : Field::short_weekday;
    return short_name;
  }
  if (s.starts_with("_2") && !s.starts_with("_2006")) {
    c.field = Field::under_day;
    return 2;
  }
  if ((s[0] != '.' && s[0] != ',') || s.size() < 2 || (s[1] != '0' && s[1] != '9')) return 0;
  std::size_t n = 1;
  while (n < s.size() && s[n] == s[1]) ++n;
  if (digit_at(s, n)) return 0;
  c.field = s[1] == '0' ? Field::fraction0 : Field::fraction9;
  c.digits = static_cast<std::uint8_t>(std::min<std::size_t>(n - 1, 255));
  c.separator = s[0];
  return n;
}

// ---- reading ----

class Reader {
 public:
  Reader(std::string_view text, const std::vector<Chunk>& chunks) : rest_(text), chunks_(chunks) {}

  // False with why() where the text does not fit.
  bool read() {
    for (at_ = 0; at_ < chunks_.size(); ++at_) {
      const Chunk& c = chunks_[at_];
      if (!skip(c.before)) return fail("expected \"" + c.before + "\"");
      if (c.field != Field::none && !field(c)) return false;
    }
    return rest_.empty() || fail("extra text");
  }
  bool finish(const time_zone& zone, GoTime& out);
  std::string why() const { return why_; }

 private:
  bool fail(const std::string& why) {
    if (why_.empty()) {
      why_ = why +
             (rest_.empty() ? " at the end" : " at \"" + std::string(rest_.substr(0, 64)) + "\"");
    }
    return false;
  }
  bool range(const char* what) {
    why_ = std::string(what) + " out of range";
    return false;
  }
  void drop(std::size_t n) { rest_.remove_prefix(n); }

  // Blanks of the layout stand for any number of blanks, also for none at the end.
  bool skip(std::string_view before) {
    while (!before.empty()) {
      if (before[0] == ' ') {
        if (!rest_.empty() && rest_[0] != ' ') return false;
        before.remove_prefix(std::min(before.find_first_not_of(' '), before.size()));
        drop(std::min(rest_.find_first_not_of(' '), rest_.size()));
        continue;
      }
      if (rest_.empty() || rest_[0] != before[0]) return false;
      before.remove_prefix(1);
      drop(1);
    }
    return true;
  }

  bool number(std::int32_t& out, std::size_t least, std::size_t most) {
    std::size_t n = 0;
    out = 0;
    for (; n < most && digit_at(rest_, n); ++n) out = out * 10 + (rest_[n] - '0');
    if (n < least) return fail("expected a number");
    drop(n);
    return true;
  }
  bool number_in(std::int32_t& out, bool fixed, std::int32_t max, const char* what) {
    if (!number(out, fixed ? 2 : 1, 2)) return false;
    return out <= max || range(what);
  }
  template <std::size_t N>
  bool name(const std::array<std::string_view, N>& names, bool whole, std::int32_t& index) {
    for (std::size_t i = 0; i < N; ++i) {
      const std::string_view n = whole ? names[i] : names[i].substr(0, short_name);
      if (!starts_with_fold(rest_, n)) continue;
      index = static_cast<std::int32_t>(i);
      drop(n.size());
      return true;
    }
    return fail("expected a name");
  }

  bool field(const Chunk& c);
  bool date_field(const Chunk& c);
  bool short_year();
  bool month_name(bool whole) {
    std::int32_t index = 0;
    if (!name(months, whole, index)) return false;
    month_ = index + 1;
    return true;
  }
  bool seconds(bool fixed);
  bool fraction(std::size_t bytes);
  bool at_fraction() const;
  bool whole_fraction();
  bool half(bool upper);
  bool offset(OffsetForm form);
  bool abbreviation();
  bool year_day(std::int32_t& month, std::int32_t& day);

  std::string_view rest_;
  const std::vector<Chunk>& chunks_;
  std::size_t at_ = 0;
  std::string why_;

  std::int32_t year_ = 0, month_ = -1, day_ = -1, year_day_ = -1;
  std::int32_t hour_ = 0, minute_ = 0, second_ = 0, nanosecond_ = 0;
  bool pm_ = false, am_ = false;
  std::optional<std::int32_t> offset_s_;
  std::string abbreviation_;
};

bool Reader::field(const Chunk& c) {
  std::int32_t ignored = 0;
  switch (c.field) {
    case Field::long_weekday: return name(weekdays, true, ignored);
    case Field::short_weekday: return name(weekdays, false, ignored);
    case Field::hour: return number_in(hour_, false, 23, "hour");
    case Field::hour12: return number_in(hour_, false, 12, "hour");
    case Field::zero_hour12: return number_in(hour_, true, 12, "hour");
    case Field::minute: return number_in(minute_, false, 59, "minute");
    case Field::zero_minute: return number_in(minute_, true, 59, "minute");
    case Field::second: return seconds(false);
    case Field::zero_second: return seconds(true);
    case Field::upper_pm: return half(true);
    case Field::lower_pm: return half(false);
    case Field::abbreviation: return abbreviation();
    case Field::offset: return offset(c.offset);
    case Field::fraction0:
      return rest_.size() > c.digits ? fraction(c.digits + std::size_t{1})
                                     : fail("expected a fraction of a second");
    case Field::fraction9: return !at_fraction() || whole_fraction();
    default: return date_field(c);
  }
}

bool Reader::date_field(const Chunk& c) {
  switch (c.field) {
    case Field::long_year: return number(year_, 4, 4);
    case Field::year: return short_year();
    case Field::long_month: return month_name(true);
    case Field::short_month: return month_name(false);
    case Field::month:
    case Field::zero_month:
      return number_in(month_, c.field == Field::zero_month, 12, "month") &&
             (month_ != 0 || range("month"));
    case Field::under_day:
      if (!rest_.empty() && rest_[0] == ' ') drop(1);
      return number(day_, 1, 2);
    case Field::day: return number(day_, 1, 2);
    case Field::zero_day: return number(day_, 2, 2);
    case Field::under_year_day:
      for (int i = 0; i < 2; ++i) {
        if (!rest_.empty() && rest_[0] == ' ') drop(1);
      }
      return number(year_day_, 1, 3);
    default: return number(year_day_, 3, 3);  // zero_year_day
  }
}

bool Reader::short_year() {
  constexpr std::int32_t turn = 69;  // Unix time starts in December of 1969 somewhere
  if (!number(year_, 2, 2)) return false;
  year_ += year_ >= turn ? 1900 : 2000;
  return true;
}

// A fraction behind the seconds is read even where the layout has none.
bool Reader::seconds(bool fixed) {
  if (!number_in(second_, fixed, 59, "second")) return false;
  if (!at_fraction()) return true;
  const bool next_is_fraction =
      at_ + 1 < chunks_.size() &&
      (chunks_[at_ + 1].field == Field::fraction0 || chunks_[at_ + 1].field == Field::fraction9);
  return next_is_fraction || whole_fraction();
}

bool Reader::at_fraction() const {
  return rest_.size() >= 2 && (rest_[0] == '.' || rest_[0] == ',') && is_digit(rest_[1]);
}

bool Reader::whole_fraction() {
  std::size_t n = 2;
  while (digit_at(rest_, n)) ++n;
  return fraction(n);
}

// bytes: with the separator. Digits beyond nanoseconds are dropped.
bool Reader::fraction(std::size_t bytes) {
  if (rest_[0] != '.' && rest_[0] != ',') return fail("expected a fraction of a second");
  nanosecond_ = 0;
  for (std::size_t i = 1; i < 10; ++i) {
    if (i < bytes && !is_digit(rest_[i])) return fail("expected a fraction of a second");
    nanosecond_ = nanosecond_ * 10 + (i < bytes ? rest_[i] - '0' : 0);
  }
  drop(bytes);
  return true;
}

bool Reader::half(bool upper) {
  const std::string_view two = rest_.substr(0, 2);
  pm_ = two == (upper ? "PM" : "pm");
  am_ = two == (upper ? "AM" : "am");
  if (!pm_ && !am_) return fail(upper ? "expected AM or PM" : "expected am or pm");
  drop(2);
  return true;
}

bool Reader::offset(OffsetForm form) {
  if (form.z && !rest_.empty() && rest_[0] == 'Z') {
    drop(1);
    offset_s_ = 0;
    return true;
  }
  if (rest_.empty() || (rest_[0] != '+' && rest_[0] != '-')) {
    return fail("expected an offset from UTC");
  }
  const bool minus = rest_[0] == '-';
  drop(1);
  constexpr std::int32_t max[] = {24, 60, 60};
  std::int32_t part[3] = {0, 0, 0};
  for (std::size_t i = 0; i < form.parts; ++i) {
    if (i > 0 && form.colons && !skip(":")) return fail("expected ':'");
    if (!number(part[i], 2, 2)) return false;
    if (part[i] > max[i]) return range("time zone offset");
  }
  const std::int32_t s = part[0] * 3600 + part[1] * 60 + part[2];
  offset_s_ = minus ? -s : s;
  return true;
}

// "+03", "-11": how many bytes; 0 where it is none.
std::size_t signed_hours(std::string_view s) {
  if (s.empty() || (s[0] != '+' && s[0] != '-')) return 0;
  std::size_t n = 1;
  std::int32_t hours = 0;
  for (; digit_at(s, n) && hours < 1000; ++n) hours = hours * 10 + (s[n] - '0');
  return n == 1 || hours > 23 ? 0 : n;
}

std::size_t abbreviation_bytes(std::string_view s) {
  if (s.size() < 3) return 0;
  if (s.starts_with("ChST") || s.starts_with("MeST")) return 4;
  if (s.starts_with("GMT")) return 3 + signed_hours(s.substr(3));
  if (s[0] == '+' || s[0] == '-') return signed_hours(s);
  std::size_t n = 0;
  while (n < 6 && n < s.size() && s[n] >= 'A' && s[n] <= 'Z') ++n;
  if (n == 3) return n;
  if (n == 4) return s[3] == 'T' || s.starts_with("WITA") ? n : 0;
  return n == 5 && s[4] == 'T' ? n : 0;
}

bool Reader::abbreviation() {
  if (rest_.starts_with("UTC")) {
    drop(3);
    offset_s_ = 0;
    return true;
  }
  const std::size_t n = abbreviation_bytes(rest_);
  if (n == 0) return fail("expected the abbreviation of a time zone");
  abbreviation_ = rest_.substr(0, n);
  drop(n);
  return true;
}

bool Reader::year_day(std::int32_t& month, std::int32_t& day) {
  std::int32_t left = year_day_;
  std::int32_t m = 1;
  if (left < 1 || left > (is_leap(year_) ? 366 : 365)) return range("day of year");
  while (left > days_in(m, year_)) left -= days_in(m++, year_);
  if ((month >= 0 && month != m) || (day >= 0 && day != left)) {
    why_ = "the day of the year is not on that date";
    return false;
  }
  month = m;
  day = left;
  return true;
}

bool Reader::finish(const time_zone& zone, GoTime& out) {
  if (pm_ && hour_ < 12) hour_ += 12;
  if (am_ && hour_ == 12) hour_ = 0;
  if (year_day_ >= 0) {
    if (!year_day(month_, day_)) return false;
  } else {
    if (month_ < 0) month_ = 1;
    if (day_ < 0) day_ = 1;
  }
  if (day_ < 1 || day_ > days_in(month_, year_)) return range("day");
  const civil_time civil{year_, month_, day_, hour_, minute_, second_};
  out.nanosecond = nanosecond_;
  out.year = year_;
  out.abbreviation = offset_s_ ? "" : abbreviation_;
  if (offset_s_) {
    out.unix_s = seconds_of(civil) - *offset_s_;
  } else if (!abbreviation_.empty()) {
    out.unix_s = seconds_of(civil);
  } else {
    out.unix_s = zone.to_utc(civil);
  }
  return true;
}

// ---- writing ----

void put_number(std::string& out, std::int64_t v, std::size_t width, char pad = '0') {
  const std::string digits = std::to_string(v < 0 ? -v : v);
  if (v < 0) out += '-';
  if (digits.size() < width) out.append(width - digits.size(), pad);
  out += digits;
}

void put_fraction(std::string& out, std::int32_t nanosecond, const Chunk& c) {
  std::string digits;
  put_number(digits, nanosecond, 9);
  digits.resize(c.digits, '0');
  if (c.field == Field::fraction9) {
    while (!digits.empty() && digits.back() == '0') digits.pop_back();
    if (digits.empty()) return;
  }
  out += c.separator + digits;
}

void put_offset(std::string& out, std::int32_t offset_s, OffsetForm form) {
  if (form.z && offset_s == 0) {
    out += 'Z';
    return;
  }
  out += offset_s < 0 ? '-' : '+';
  const std::int32_t s = offset_s < 0 ? -offset_s : offset_s;
  put_number(out, s / 3600, 2);
  if (form.parts > 1) put_number(form.colons ? out += ':' : out, s / 60 % 60, 2);
  if (form.parts > 2) put_number(form.colons ? out += ':' : out, s % 60, 2);
}

// Abbreviations of other zones than UTC are not known: Go writes the offset then.
void put_abbreviation(std::string& out, std::int32_t offset_s) {
  if (offset_s == 0) {
    out += "UTC";
    return;
  }
  put_offset(out, offset_s,
             {false, false, static_cast<std::uint8_t>(offset_s % 3600 == 0 ? 1 : 2)});
}

void put_date(std::string& out, const civil_time& t, Field field) {
  const auto month = static_cast<std::size_t>(t.month - 1);
  const std::int64_t days = days_of(t.year, t.month, t.day);
  const auto weekday = static_cast<std::size_t>(((days + 4) % 7 + 7) % 7);
  const std::int64_t year_day = days - days_of(t.year, 1, 1) + 1;
  switch (field) {
    case Field::long_year: return put_number(out, t.year, 4);
    case Field::year: return put_number(out, (t.year % 100 + 100) % 100, 2);
    case Field::long_month: out += months[month]; return;
    case Field::short_month: out += months[month].substr(0, short_name); return;
    case Field::month: return put_number(out, t.month, 1);
    case Field::zero_month: return put_number(out, t.month, 2);
    case Field::long_weekday: out += weekdays[weekday]; return;
    case Field::short_weekday: out += weekdays[weekday].substr(0, short_name); return;
    case Field::day: return put_number(out, t.day, 1);
    case Field::under_day: return put_number(out, t.day, 2, ' ');
    case Field::zero_day: return put_number(out, t.day, 2);
    case Field::under_year_day: return put_number(out, year_day, 3, ' ');
    default: return put_number(out, year_day, 3);  // zero_year_day
  }
}

void put_time(std::string& out, const civil_time& t, Field field) {
  const std::int32_t hour12 = t.hour % 12 == 0 ? 12 : t.hour % 12;
  switch (field) {
    case Field::hour: return put_number(out, t.hour, 2);
    case Field::hour12: return put_number(out, hour12, 1);
    case Field::zero_hour12: return put_number(out, hour12, 2);
    case Field::minute: return put_number(out, t.minute, 1);
    case Field::zero_minute: return put_number(out, t.minute, 2);
    case Field::second: return put_number(out, t.second, 1);
    case Field::zero_second: return put_number(out, t.second, 2);
    case Field::upper_pm: out += t.hour >= 12 ? "PM" : "AM"; return;
    case Field::lower_pm: out += t.hour >= 12 ? "pm" : "am"; return;
    default: return put_date(out, t, field);
  }
}

}  // namespace

GoLayout::GoLayout(std::string_view layout) {
  Chunk c;
  while (!layout.empty()) {
    const std::size_t n = field_at(layout, c);
    if (n == 0) c.before += layout[0];
    layout.remove_prefix(n == 0 ? 1 : n);
    if (n != 0) chunks_.push_back(std::exchange(c, Chunk{}));
  }
  if (!c.before.empty()) chunks_.push_back(c);
}

std::string GoLayout::parse(std::string_view text, const time_zone& zone, GoTime& out) const {
  Reader reader(text, chunks_);
  if (reader.read() && reader.finish(zone, out)) return {};
  return reader.why();
}

void GoLayout::format(std::int64_t unix_s, std::int32_t nanosecond, const time_zone& zone,
                      std::string& out) const {
  const std::int32_t offset_s = zone.offset_s(unix_s);
  const civil_time t = civil_of(unix_s + offset_s);
  for (const Chunk& c : chunks_) {
    out += c.before;
    switch (c.field) {
      case Field::none: break;
      case Field::fraction0:
      case Field::fraction9: put_fraction(out, nanosecond, c); break;
      case Field::offset: put_offset(out, offset_s, c.offset); break;
      case Field::abbreviation: put_abbreviation(out, offset_s); break;
      default: put_time(out, t, c.field);
    }
  }
}

std::string_view go_layout_of(std::string_view name) {
  struct Named {
    std::string_view name, layout;
  };
  constexpr Named known[] = {{"ansic", "Mon Jan _2 15:04:05 2006"},
                             {"unixdate", "Mon Jan _2 15:04:05 MST 2006"},
                             {"rubydate", "Mon Jan 02 15:04:05 -0700 2006"},
                             {"rfc822", "02 Jan 06 15:04 MST"},
                             {"rfc822z", "02 Jan 06 15:04 -0700"},
                             {"rfc850", "Monday, 02-Jan-06 15:04:05 MST"},
                             {"rfc1123", "Mon, 02 Jan 2006 15:04:05 MST"},
                             {"rfc1123z", "Mon, 02 Jan 2006 15:04:05 -0700"},
                             {"rfc3339", "2006-01-02T15:04:05Z07:00"},
                             {"rfc3339nano", "2006-01-02T15:04:05.999999999Z07:00"},
                             {"stamp", "Jan _2 15:04:05"},
                             {"stampmilli", "Jan _2 15:04:05.000"},
                             {"stampmicro", "Jan _2 15:04:05.000000"},
                             {"stampnano", "Jan _2 15:04:05.000000000"}};
  for (const Named& n : known) {
    if (n.name.size() == name.size() && starts_with_fold(name, n.name)) return n.layout;
  }
  return name;
}

}  // namespace weir::common
