#pragma once

// Calendar time and time zones, read from the system's zone files.
//
// Threads    A time_zone is immutable once loaded; every function may be called from any thread.
// Errors     load() says why; the rest cannot fail.
// Units      Seconds since the Unix epoch; offsets in seconds east of UTC.
// Limits     A zone file of at most 128 KiB. Leap seconds are ignored, as the Unix epoch does.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace weir {
inline namespace v1 __attribute__((visibility("hidden"))) {

  // A date and time of day on the calendar, without a zone. Months and days count from 1.
  struct civil_time {
    std::int64_t year = 1970;
    std::int32_t month = 1, day = 1, hour = 0, minute = 0, second = 0;
  };

  // Days from 1970-01-01 to a date of the Gregorian calendar. [any]
  constexpr std::int64_t days_of(std::int64_t year, std::int32_t month, std::int32_t day) {
    const std::int64_t y = month <= 2 ? year - 1 : year;
    const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
    const std::int64_t of_era = y - era * 400;
    const std::int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
  }

  // Seconds since the epoch of a calendar time taken as UTC. [any]
  constexpr std::int64_t seconds_of(const civil_time& t) {
    return days_of(t.year, t.month, t.day) * 86400 + t.hour * 3600 + t.minute * 60 + t.second;
  }

  // The calendar time, in UTC, of seconds since the epoch. [any]
  constexpr civil_time civil_of(std::int64_t unix_s) {
    const std::int64_t days = (unix_s >= 0 ? unix_s : unix_s - 86399) / 86400;
    const auto of_day = static_cast<std::int32_t>(unix_s - days * 86400);
    const std::int64_t z = days + 719468;
    const std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    const std::int64_t doe = z - era * 146097;
    const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const auto mp = static_cast<std::int32_t>((5 * doy + 2) / 153);
    civil_time t;
    t.month = mp < 10 ? mp + 3 : mp - 9;
    t.year = yoe + era * 400 + (t.month <= 2 ? 1 : 0);
    t.day = static_cast<std::int32_t>(doy) - (153 * mp + 2) / 5 + 1;
    t.hour = of_day / 3600;
    t.minute = of_day / 60 % 60;
    t.second = of_day % 60;
    return t;
  }

  // 0 = Sunday. [any]
  constexpr std::int32_t weekday_of(std::int64_t days) {
    return static_cast<std::int32_t>(((days + 4) % 7 + 7) % 7);
  }

  namespace detail {
  // One change of a yearly rule: day and second of the day, local time before the change.
  struct zone_change {
    char form = 'M';  // M: month.week.weekday; J: 1..365 without 29 February; N: 0..365
    std::int32_t month = 0, week = 0, day = 0, at_s = 7200;

    // Local seconds since the epoch at which the change of a year happens.
    std::int64_t local_s(std::int64_t year) const {
      const std::int64_t jan1 = days_of(year, 1, 1);
      const bool leap = days_of(year, 3, 1) - jan1 == 60;
      if (form == 'N') return (jan1 + day) * 86400 + at_s;
      if (form == 'J') return (jan1 + day - 1 + (leap && day >= 60 ? 1 : 0)) * 86400 + at_s;
      const std::int64_t first = days_of(year, month, 1);
      const std::int64_t next = month == 12 ? days_of(year + 1, 1, 1) : days_of(year, month + 1, 1);
      std::int64_t on = first + (day - weekday_of(first) + 7) % 7 + (week - 1) * 7;
      if (on >= next) on -= 7;
      return on * 86400 + at_s;
    }
  };

  // The rule at the end of a zone file ("CET-1CEST,M3.5.0,M10.5.0/3"): what holds after its last
  // entry.
  class zone_rule {
   public:
    bool parse(std::string_view text) {
      rest_ = text;
      if (!name() || !offset(std_s_)) return false;
      std_s_ = -std_s_;
      dst_s_ = std_s_;
      if (rest_.empty()) return true;
      if (!name()) return false;
      dst_s_ = std_s_ + 3600;
      if (!rest_.empty() && rest_[0] != ',') {
        if (!offset(dst_s_)) return false;
        dst_s_ = -dst_s_;
      }
      const bool whole = change(begin_) && change(end_) && rest_.empty();
      rest_ = {};
      return whole;
    }
    std::int32_t offset_s(std::int64_t unix_s) const {
      if (dst_s_ == std_s_) return std_s_;
      const std::int64_t year = civil_of(unix_s + std_s_).year;
      const std::int64_t begin = begin_.local_s(year) - std_s_;
      const std::int64_t end = end_.local_s(year) - dst_s_;
      const bool inside =
          begin < end ? unix_s >= begin && unix_s < end : unix_s >= begin || unix_s < end;
      return inside ? dst_s_ : std_s_;
    }

   private:
    bool take(char c) {
      if (rest_.empty() || rest_[0] != c) return false;
      rest_.remove_prefix(1);
      return true;
    }
    bool name() {
      const bool quoted = take('<');
      std::size_t n = 0;
      while (n < rest_.size() && (quoted ? rest_[n] != '>' : is_letter(rest_[n]))) ++n;
      rest_.remove_prefix(n);
      return n >= 3 && (!quoted || take('>'));
    }
    static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
    bool number(std::int32_t& out) {
      std::size_t n = 0;
      for (out = 0; n < rest_.size() && n < 4 && rest_[n] >= '0' && rest_[n] <= '9'; ++n) {
        out = out * 10 + (rest_[n] - '0');
      }
      rest_.remove_prefix(n);
      return n != 0;
    }
    // hh[:mm[:ss]] with a sign, in seconds.
    bool offset(std::int32_t& out) {
      const bool negative = take('-');
      if (!negative) take('+');
      std::int32_t h = 0, m = 0, s = 0;
      if (!number(h) || (take(':') && (!number(m) || (take(':') && !number(s))))) return false;
      out = (h * 3600 + m * 60 + s) * (negative ? -1 : 1);
      return true;
    }
    bool change(zone_change& c) {
      if (!take(',')) return false;
      if (take('M')) {
        if (!number(c.month) || !take('.') || !number(c.week) || !take('.') || !number(c.day)) {
          return false;
        }
        if (c.month < 1 || c.month > 12 || c.week < 1 || c.week > 5 || c.day > 6) return false;
      } else {
        c.form = take('J') ? 'J' : 'N';
        if (!number(c.day) || c.day > 365) return false;
      }
      return !take('/') || offset(c.at_s);
    }
    std::string_view rest_;
    std::int32_t std_s_ = 0, dst_s_ = 0;
    zone_change begin_, end_;
  };

  // The bytes of one zone file (RFC 9636), bounds-checked.
  class zone_bytes {
   public:
    explicit zone_bytes(std::string_view b) : b_(b) {}
    bool has(std::size_t n) const { return b_.size() >= n; }
    std::uint64_t big_endian(std::size_t at, std::size_t n) const {
      std::uint64_t v = 0;
      for (std::size_t i = 0; i < n; ++i) v = v << 8 | static_cast<std::uint8_t>(b_[at + i]);
      return v;
    }
    std::uint32_t u32(std::size_t at) const {
      return static_cast<std::uint32_t>(big_endian(at, 4));
    }
    std::uint8_t u8(std::size_t at) const { return static_cast<std::uint8_t>(b_[at]); }
    void skip(std::size_t n) { b_.remove_prefix(n); }
    std::string_view rest() const { return b_; }

   private:
    std::string_view b_;
  };

  struct zone_counts {
    std::size_t isut = 0, isstd = 0, leap = 0, times = 0, types = 0, chars = 0;
    bool read(const zone_bytes& b) {
      if (!b.has(44) || b.rest().substr(0, 4) != "TZif") return false;
      isut = b.u32(20);
      isstd = b.u32(24);
      leap = b.u32(28);
      times = b.u32(32);
      types = b.u32(36);
      chars = b.u32(40);
      return std::max({isut, isstd, leap, times, types, chars}) <= (1U << 17);
    }
    std::size_t bytes(std::size_t time_size) const {
      return times * (time_size + 1) + types * 6 + chars + leap * (time_size + 4) + isstd + isut;
    }
  };
  }  // namespace detail

  // How far local time is from UTC, at any moment.
  class time_zone {
   public:
    // UTC.
    time_zone() = default;

    // name: "" or "UTC", "local" (TZ, else /etc/localtime), or a name such as "Europe/Berlin".
    // Returns an empty text, or why it cannot be had; the zone is UTC then. [any], but "local" reads
    // the environment.
    std::string load(std::string_view name) {
      *this = time_zone();
      if (name.empty() || name == "UTC") return {};
      if (name == "local" || name == "Local") return load_local();
      return load_named(name);
    }

    // Takes the bytes of a zone file. False when they are none; the zone is UTC then. [any]
    bool parse(std::string_view bytes) {
      *this = time_zone();
      if (parse_file(bytes)) return true;
      *this = time_zone();
      return false;
    }

    // Seconds to add to UTC to get local time at a moment. [any]
    std::int32_t offset_s(std::int64_t unix_s) const {
      const auto next = std::upper_bound(times_.begin(), times_.end(), unix_s);
      if (next == times_.end() && has_rule_) return rule_.offset_s(unix_s);
      if (next == times_.begin()) return first_s_;
      return offsets_[static_cast<std::size_t>(next - times_.begin()) - 1];
    }

    // The moment of a local time. Of an hour that a change skips or repeats, one of the two. [any]
    std::int64_t to_utc(std::int64_t local_s) const {
      const std::int64_t utc = local_s - offset_s(local_s);
      return local_s - offset_s(utc);
    }
    std::int64_t to_utc(const civil_time& local) const { return to_utc(seconds_of(local)); }

    // The local calendar time of a moment. [any]
    civil_time to_civil(std::int64_t unix_s) const { return civil_of(unix_s + offset_s(unix_s)); }

   private:
    std::string load_local() {
      // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
      const char* tz = std::getenv("TZ");
      if (tz == nullptr) {
        load_path("/etc/localtime");  // Without that file local time is UTC, as everywhere else.
        return {};
      }
      std::string_view name = tz;
      if (!name.empty() && name[0] == ':') name.remove_prefix(1);
      if (name.empty()) return {};
      if (name[0] == '/') {
        return load_path(std::string(name)) ? "" : "cannot read time zone " + std::string(name);
      }
      return load_named(name);
    }
    std::string load_named(std::string_view name) {
      const bool safe = name[0] != '/' && name.find("..") == std::string_view::npos;
      for (const char* dir :
           {"/usr/share/zoneinfo/", "/usr/lib/zoneinfo/", "/usr/share/lib/zoneinfo/"}) {
        if (safe && load_path(dir + std::string(name))) return {};
      }
      return "unknown time zone \"" + std::string(name) +
             "\": not found under /usr/share/zoneinfo (is tzdata installed?)";
    }
    bool load_path(const std::string& path) {
      std::FILE* file = std::fopen(path.c_str(), "rbe");
      if (file == nullptr) return false;
      std::string bytes(std::size_t{1} << 17, '\0');
      bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
      std::fclose(file);
      return parse(bytes);
    }
    bool parse_file(std::string_view bytes) {
      detail::zone_bytes b(bytes);
      detail::zone_counts n;
      if (!n.read(b)) return false;
      std::size_t time_size = 4;
      if (b.u8(4) >= '2') {  // The old 32-bit block comes first: over it.
        if (!b.has(44 + n.bytes(4))) return false;
        b.skip(44 + n.bytes(4));
        if (!n.read(b)) return false;
        time_size = 8;
      }
      b.skip(44);
      return b.has(n.bytes(time_size)) && n.types != 0 && take_block(b, n, time_size) &&
             take_rule(b, n, time_size);
    }
    bool take_block(const detail::zone_bytes& b, const detail::zone_counts& n,
                    std::size_t time_size) {
      const std::size_t index0 = n.times * time_size;
      const std::size_t type0 = index0 + n.times;
      for (std::size_t i = 0; i < n.times; ++i) {
        const std::size_t type = b.u8(index0 + i);
        if (type >= n.types) return false;
        const std::uint64_t raw = b.big_endian(i * time_size, time_size);
        times_.push_back(time_size == 8
                             ? static_cast<std::int64_t>(raw)
                             : static_cast<std::int32_t>(static_cast<std::uint32_t>(raw)));
        offsets_.push_back(static_cast<std::int32_t>(b.u32(type0 + type * 6)));
      }
      first_s_ = static_cast<std::int32_t>(b.u32(type0));
      return std::is_sorted(times_.begin(), times_.end());
    }
    bool take_rule(detail::zone_bytes b, const detail::zone_counts& n, std::size_t time_size) {
      b.skip(n.bytes(time_size));
      std::string_view rest = b.rest();
      if (rest.empty() || rest[0] != '\n') return true;
      rest.remove_prefix(1);
      rest = rest.substr(0, rest.find('\n'));
      if (rest.empty()) return true;
      has_rule_ = rule_.parse(rest);
      return has_rule_;
    }

    std::vector<std::int64_t> times_;
    std::vector<std::int32_t> offsets_;
    std::int32_t first_s_ = 0;
    bool has_rule_ = false;
    detail::zone_rule rule_;
  };

}  // namespace v1
}  // namespace weir
