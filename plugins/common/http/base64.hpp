#pragma once

// Base64 (RFC 4648): the standard alphabet with padding, and the one for URLs without.
//
// Threads  Any.

#include <optional>
#include <string>
#include <string_view>

namespace weir::http {

std::string base64(std::string_view bytes);
// '-' and '_' instead of '+' and '/', no padding: as in JSON web tokens.
std::string base64_url(std::string_view bytes);

// Of either alphabet, with or without padding; nothing where it is not base64.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace weir::http
