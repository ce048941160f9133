#include "plugins/common/http_server/response.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "plugins/common/http_server/request.hpp"

namespace weir::http {
namespace {

struct Phrase {
  unsigned status;
  std::string_view text;
};
constexpr std::array phrases{Phrase{200, "OK"},
                             Phrase{201, "Created"},
                             Phrase{202, "Accepted"},
                             Phrase{204, "No Content"},
                             Phrase{400, "Bad Request"},
                             Phrase{401, "Unauthorized"},
                             Phrase{403, "Forbidden"},
                             Phrase{404, "Not Found"},
                             Phrase{405, "Method Not Allowed"},
                             Phrase{408, "Request Timeout"},
                             Phrase{410, "Gone"},
                             Phrase{413, "Request Entity Too Large"},
                             Phrase{415, "Unsupported Media Type"},
                             Phrase{422, "Unprocessable Entity"},
                             Phrase{429, "Too Many Requests"},
                             Phrase{431, "Request Header Fields Too Large"},
                             Phrase{500, "Internal Server Error"},
                             Phrase{501, "Not Implemented"},
                             Phrase{503, "Service Unavailable"},
                             Phrase{505, "HTTP Version Not Supported"}};

std::string_view phrase_of(unsigned status) {
  const auto* at = std::find_if(phrases.begin(), phrases.end(),
                                [&](const Phrase& p) { return p.status == status; });
  return at == phrases.end() ? std::string_view("Status") : at->text;
}

void append_field(std::string& to, std::string_view name, std::string_view value) {
  to.append(name).append(": ");
  // A line break would begin another field.
  for (const char c : value) to += c == '\r' || c == '\n' ? ' ' : c;
  to += "\r\n";
}

}  // namespace

void Response::set(std::string_view name, std::string_view value) {
  for (auto& [n, v] : fields) {
    if (!same_name(n, name)) continue;
    v = value;
    return;
  }
  fields.emplace_back(name, value);
}

Response text_response(unsigned status, std::string text) {
  Response r;
  r.status = status;
  r.content_type = "text/plain; charset=utf-8";
  r.body = std::move(text);
  return r;
}

Response error_response(unsigned status, std::string_view text) {
  Response r;
  r.status = status;
  r.content_type = "application/json";
  r.body = "{\"error\":\"";
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20;
    if (c == '"' || c == '\\') r.body += '\\';
    r.body += control ? ' ' : c;
  }
  r.body += "\"}";
  return r;
}

bool has_body(unsigned status) { return status >= 200 && status != 204 && status != 304; }

void append_head(std::string& to, const Response& response, const HeadStyle& style) {
  to += "HTTP/1.1 " + std::to_string(response.status) + ' ';
  to.append(phrase_of(response.status)).append("\r\n");
  append_field(to, "Date", style.date);
  for (const auto& [name, value] : response.fields) append_field(to, name, value);
  if (!response.content_type.empty()) append_field(to, "Content-Type", response.content_type);
  if (has_body(response.status)) {
    append_field(to, "Content-Length", std::to_string(response.body.size()));
  }
  append_field(to, "Connection", style.keep_alive ? "keep-alive" : "close");
  to += "\r\n";
}

std::string http_date(std::int64_t unix_seconds) {
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = unix_seconds;
  std::tm t{};
  gmtime_r(&seconds, &t);
  const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return std::string(days.at(static_cast<std::size_t>(t.tm_wday))) + ", " + two(t.tm_mday) + ' ' +
         months.at(static_cast<std::size_t>(t.tm_mon)) + ' ' + std::to_string(t.tm_year + 1900) +
         ' ' + two(t.tm_hour) + ':' + two(t.tm_min) + ':' + two(t.tm_sec) + " GMT";
}

}  // namespace weir::http
