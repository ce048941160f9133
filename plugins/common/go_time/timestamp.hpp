#pragma once

// Timestamps in the formats that Telegraf's options *_time_format and *_timestamp_format name.
//
// Formats    unix, unix_ms, unix_us, unix_ns (numbers, or texts with a fraction); a layout of Go or
//            the name of one (see go_layout.hpp).
// Threads    Immutable once made.
// Errors     The constructor throws std::invalid_argument for an unknown time zone. read() says why
//            a value is no timestamp.
// Units      Nanoseconds since the Unix epoch.
// Limits     A text without a year belongs to the year of now_ns, or as Go has it to the year 0, of which a
//            timestamp keeps the lowest 64 bits. Otherwise there is none before 1678 and after 2261.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/common/go_time/go_layout.hpp"

namespace weir::common {

enum class NoYear : std::uint8_t { now, zero };

class TimestampFormat {
 public:
  // zone: where texts without an offset are at home; "" is UTC, "Local" the system's.
  explicit TimestampFormat(std::string_view format, std::string_view zone = {},
                           NoYear no_year = NoYear::now);

  // Empty, or why the value cannot be read.
  std::string read(std::string_view text, std::int64_t now_ns, std::int64_t& ns) const;
  std::string read(double number, std::int64_t& ns) const;
  std::string read(std::int64_t number, std::int64_t& ns) const;

 private:
  std::string read_unix(std::string_view text, std::int64_t& ns) const;
  std::string read_layout(const GoLayout& layout, std::string_view text, std::int64_t now_ns,
                          std::int64_t& ns) const;

  std::int64_t unit_ns_ = 0;  // of the unix formats
  std::optional<GoLayout> layout_;
  time_zone zone_;
  NoYear no_year_;
};

}  // namespace weir::common
