#pragma once

// Times written by an example, as Go's package time does: "2006-01-02T15:04:05Z07:00" is RFC 3339.
//
// Threads    Immutable once made: parse() and format() may be called from any thread.
// Errors     parse() says what is wrong with the text. Any text is a layout.
// Units      Seconds since the Unix epoch and nanoseconds above them.
// Limits     Zone abbreviations are only known as UTC; parse() hands others back, format() writes
//            the offset.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weir/timezone.hpp>

namespace weir::common {

// A moment, and what its text said beside it.
struct GoTime {
  std::int64_t unix_s = 0;
  std::int32_t nanosecond = 0;
  std::int64_t year = 0;  // as written; 0 where it was not
  // An abbreviation that says nothing by itself ("CET"): unix_s takes the text for UTC then.
  std::string abbreviation;
};

class GoLayout {
 public:
  explicit GoLayout(std::string_view layout);

  // Reads a text that has no zone of its own as local time of zone. Empty, or why it cannot be
  // read.
  std::string parse(std::string_view text, const time_zone& zone, GoTime& out) const;
  void format(std::int64_t unix_s, std::int32_t nanosecond, const time_zone& zone,
              std::string& out) const;

  enum class Field : std::uint8_t {
    none,
    long_year,
    year,
    long_month,
    short_month,
    month,
    zero_month,
    long_weekday,
    short_weekday,
    day,
    under_day,
    zero_day,
    under_year_day,
    zero_year_day,
    hour,
    hour12,
    zero_hour12,
    minute,
    zero_minute,
    second,
    zero_second,
    upper_pm,
    lower_pm,
    abbreviation,
    fraction0,
    fraction9,
    offset
  };
  // How an offset is written: Z07:00 -> {true, true, 2}; -0700 -> {false, false, 2}.
  struct OffsetForm {
    bool z, colons;
    std::uint8_t parts;  // 1 hours, 2 and minutes, 3 and seconds
  };
  struct Chunk {
    std::string before;  // text in front of the field
    Field field = Field::none;
    OffsetForm offset{};
    std::uint8_t digits = 0;  // of a fraction
    char separator = '.';     // in front of a fraction
  };

 private:
  std::vector<Chunk> chunks_;
};

// The layout behind a name that Telegraf knows (rfc3339, ansic, stampmilli... in any case), else
// the text.
std::string_view go_layout_of(std::string_view name);

}  // namespace weir::common
