#pragma once

// Numbers written as Go's strconv reads them, which Telegraf's formats and processors rely on.
//
// Errors     GoNumber::syntax: it is no number; GoNumber::range: it is one, but the type cannot
//            hold it.

#include <cstdint>
#include <string_view>

namespace weir::common {

enum class GoNumber : std::uint8_t { ok, syntax, range };

// ParseFloat(s, 64): decimal and hexadecimal, digits grouped by '_', inf, infinity and nan in any
// case. Of a range error value is the infinity that Go gives too.
GoNumber parse_go_float(std::string_view s, double& value);
// ParseInt(s, 10, 64). Of a range error value is the nearest that fits.
GoNumber parse_go_int(std::string_view s, std::int64_t& value);
// ParseUint(s, 10, 64): no sign.
GoNumber parse_go_uint(std::string_view s, std::uint64_t& value);
// ParseBool: 1, t, T, TRUE, true, True and their opposites.
bool parse_go_bool(std::string_view s, bool& value);

}  // namespace weir::common
