#pragma once

// What a server answers.
//
// Threads  One thread at a time.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

struct Response {
  unsigned status = 200;
  std::string content_type;  // empty = none is said
  std::string body;
  std::vector<std::pair<std::string, std::string>> fields;
  bool close = false;  // no further request on this connection

  // Replaces a field of the same name.
  void set(std::string_view name, std::string_view value);
};

Response text_response(unsigned status, std::string text);
// {"error":"text"}
Response error_response(unsigned status, std::string_view text);

// How its head depends on the request.
struct HeadStyle {
  bool keep_alive = true;
  std::string_view date;  // as the field wants it
};
// Appends status line, fields and blank line.
void append_head(std::string& to, const Response& response, const HeadStyle& style);
// Whether an answer of this status can have a body.
bool has_body(unsigned status);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110).
std::string http_date(std::int64_t unix_seconds);

}  // namespace weir::http
