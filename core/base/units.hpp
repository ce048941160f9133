#pragma once

// Durations and sizes as configuration files write them.
//
// Errors  ErrorKind::bad_config with the text and what would be right.
// Units   Nanoseconds; bytes.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace weir {

// "1h30m", "-1.5s", "100ms", "0": Go's form, where every number but 0 needs a unit of ns, us, ms,
// s, m, h.
Result<std::int64_t> parse_go_duration(std::string_view text);

// The wider form of most options: also "" (0), a bare number of seconds, and days ("1.5d",
// "1d12h").
Result<std::int64_t> parse_duration(std::string_view text);

// "1024", "64KiB", "1.5MB", "2 GiB", "" (0): K, M, G, T, P, E with iB (1024) or B (1000).
Result<std::int64_t> parse_size(std::string_view text);

// The shortest exact text: "1h30m0s" is "1h30m", 0 is "0s". What parse_go_duration reads back.
std::string print_duration(std::int64_t ns);

// "512 B", "64 KiB", "1.5 GiB": for a person, rounded to one decimal.
std::string print_size(std::int64_t bytes);

}  // namespace weir
