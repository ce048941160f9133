#pragma once

// The parts of a URL (RFC 3986), and values in its query (application/x-www-form-urlencoded).
//
// Threads  Any.
// Errors   None: what is not valid is told by the result.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

// "http://user:secret@host:8086/base?x=y#z" in its pieces, as they are written.
struct Url {
  std::string_view scheme;     // lower or upper case as written
  std::string_view user_info;  // "user:secret"
  std::string_view host;       // without brackets
  std::string_view port;
  std::string_view path;   // with its slash; may be empty
  std::string_view query;  // without '?'
};
// Nothing where there is no scheme and ://.
std::optional<Url> parse_url(std::string_view text);

// "%41+b" is "A+b" in a path and "A b" in a query. Nothing where a '%' has no two hexadecimal digits.
std::optional<std::string> decode_path(std::string_view text);
std::optional<std::string> decode_query(std::string_view text);

// The first value of a key in "a=1&b=2"; empty where there is none, or it cannot be decoded.
std::string query_value(std::string_view query, std::string_view key);

// Everything but letters, digits and -_.~ as %XX, and a blank as '+'.
std::string encode_query(std::string_view text);
// "a=1&b=2", in the order given.
using Pairs = std::vector<std::pair<std::string, std::string>>;
std::string encode_pairs(const Pairs& pairs);

}  // namespace weir::http
