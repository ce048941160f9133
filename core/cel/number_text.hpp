#pragma once

// Floating numbers and durations as texts, in the forms of Go's package strconv, which Telegraf's users see.

#include <cstddef>
#include <string_view>

#include "core/cel/value.hpp"

namespace weir::cel {

// "1.5", "1e3", "1_000", "0x1p-2", "inf", "NaN", with a sign. room: text.size() + 1 bytes to work in.
// False: none of these, or too large.
[[nodiscard]] bool parse_floating(std::string_view text, char* room, double& number);

// The shortest text that reads back as the same number: "1.5", "1e-07", "1.234567e+06", "+Inf".
inline constexpr std::size_t floating_chars_max = 32;
std::size_t print_floating(const Value& number, char* out);

// A duration in seconds: "1.5s".
inline constexpr std::size_t duration_chars_max = 40;
std::size_t print_seconds(const Value& duration, char* out);

}  // namespace weir::cel
