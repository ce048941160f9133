#pragma once

// Timestamps and durations: reading, writing and reckoning.
//
// Limits  A timestamp lies in the years 1 to 9999; a duration fits into 64 bits of nanoseconds.
// Errors  What does not fit fails with overflow.

#include <cstdint>
#include <string_view>

#include "core/cel/value.hpp"

namespace weir::cel {

// RFC 3339, "2006-01-02T15:04:05.123Z" or with "+01:00"; digits behind the ninth of a fraction do not count.
[[nodiscard]] Value parse_timestamp(std::string_view text);

// Seconds since the Unix epoch as a timestamp.
[[nodiscard]] Value timestamp_at(std::int64_t unix_s, std::uint32_t nanosecond = 0);

// Nanoseconds since the Unix epoch as a timestamp.
[[nodiscard]] Value timestamp_of_ns(std::int64_t ns);

// a is a timestamp or a duration.
[[nodiscard]] Value add_times(const Value& a, const Value& b);
[[nodiscard]] Value subtract_times(const Value& a, const Value& b);

// "2023-11-14T22:13:20.5Z"; out has room for timestamp_chars_max. Returns how many were written.
inline constexpr std::size_t timestamp_chars_max = 32;
std::size_t print_timestamp(const Value& timestamp, char* out);

}  // namespace weir::cel
