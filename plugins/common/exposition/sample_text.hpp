#pragma once

// The elements of a line that Prometheus' text format and OpenMetrics share.
//
// Threads    Functions without state.
// Errors     false where it is none.

#include <cstdint>
#include <limits>
#include <string_view>

#include "plugins/common/exposition/format.hpp"

namespace weir::exposition {

// A value as Go reads it, but without the hexadecimal and grouped forms.
bool read_value(std::string_view text, double& value);
// An integer whose nanoseconds fit 64 bits.
bool read_milliseconds(std::string_view text, std::int64_t& milliseconds);
// Milliseconds up to it fit 64 bits as nanoseconds.
inline constexpr std::int64_t milliseconds_max =
    std::numeric_limits<std::int64_t>::max() / 1'000'000;
constexpr unsigned timestamp_digits_max = 13;  // of that

// The word of a TYPE line, of both formats.
bool read_type(std::string_view word, FamilyType& type);

// A number of events, as Telegraf has it: whole, not negative.
inline double whole_count(double v) {
  constexpr double exact = 9007199254740992.0;  // beyond it all numbers are whole
  if (!(v > 0)) return 0;
  return v < exact ? static_cast<double>(static_cast<std::int64_t>(v)) : v;
}

// What a name ends with that may make it a part of another family.
struct Suffix {
  std::string_view family;  // the name without it
  std::string_view part;    // _sum, _count, _bucket; empty where it has none
};
Suffix suffix_of(std::string_view name);

}  // namespace weir::exposition
