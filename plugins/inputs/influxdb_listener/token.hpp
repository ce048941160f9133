#pragma once

// JSON web tokens as InfluxDB 1.x takes them: signed with a shared secret (RFC 7519, HS256 to HS512), with a user and an
// end.
//
// Threads  Any.

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::influxdb_listener {

// Why a token is not taken; nullptr where it is.
const char* refuse_token(std::string_view token, const std::string& secret,
                         std::string_view username, std::int64_t now_s);

}  // namespace weir::influxdb_listener
