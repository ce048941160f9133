#pragma once

// What a client shows in the header Authorization, and a server compares.
//
// Threads  Any.

#include <string>
#include <string_view>

namespace weir::http {

// "Basic dTpw" (RFC 7617).
std::string basic_authorization(std::string_view user, std::string_view password);

// Takes the same time wherever the first difference is; only the lengths can be told from it.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace weir::http
