#include "plugins/inputs/http_listener_v2/request_handler.hpp"

#include <algorithm>
#include <charconv>

#include "plugins/common/http/credentials.hpp"
#include "plugins/common/http/url.hpp"

namespace weir::http_listener {
namespace {

constexpr unsigned lane_bits = 24;
constexpr std::string_view path_tag_name = "http_listener_v2_path";

bool is_one_of(const std::vector<std::string>& all, std::string_view text) {
  return std::find(all.begin(), all.end(), text) != all.end();
}

// 0 where it is not said, or the body is encoded.
std::uint64_t bytes_to_come(const http::Request& request) {
  const std::string_view text = request.field("content-length");
  std::uint64_t bytes = 0;
  if (!request.field("content-encoding").empty()) return 0;
  std::from_chars(text.data(), text.data() + text.size(), bytes);
  return bytes;
}

}  // namespace

std::uint32_t worker_of_cookie(std::uint64_t cookie) {
  return static_cast<std::uint32_t>(cookie >> 32U);
}
std::uint32_t worker_of_lane(std::uint32_t lane) { return lane >> lane_bits; }

RequestHandler::Reception RequestHandler::begin(const http::Request& request,
                                                http::ConnectionId connection) {
  http::Response refused = refuse(request);
  if (refused.status >= 400) return {nullptr, finished(std::move(refused))};
  auto body = receive(request, connection);
  if (!body) return {nullptr, refusal(400, "the query cannot be decoded")};
  return {std::move(body), {}};
}

// With a status below 400 where it is taken.
http::Response RequestHandler::refuse(const http::Request& request) const {
  const std::string& wanted = settings_.authorization;
  if (!wanted.empty() && !http::same_secret(request.field("authorization"), wanted)) {
    http::Response denied = http::text_response(401, "Unauthorized.\n");
    denied.set("WWW-Authenticate", "Basic realm=\"Restricted\"");
    return denied;
  }
  if (!is_one_of(settings_.paths, request.path)) {
    return http::text_response(404, "404 page not found\n");
  }
  if (!is_one_of(settings_.methods, request.method)) {
    return http::error_response(405, "http: method not allowed");
  }
  return {};
}

std::unique_ptr<http::Body> RequestHandler::receive(const http::Request& request,
                                                    http::ConnectionId connection) {
  BodySettings settings = body_settings(request, connection);
  const std::uint64_t cookie = settings.cookie;
  const auto on_end = [this, cookie] { open_.erase(cookie); };
  std::unique_ptr<MessageBody> body;
  if (settings_.from_query) {
    auto text = http::decode_query(request.query);
    if (!text) return nullptr;
    settings.bytes = text->size();
    body = std::make_unique<MessageBody>(std::move(settings), std::move(*text), on_end);
  } else {
    body = std::make_unique<MessageBody>(std::move(settings), on_end);
  }
  lanes_[lane_of(connection)] = connection;
  open_[cookie] = {connection, body.get()};
  return body;
}

BodySettings RequestHandler::body_settings(const http::Request& request,
                                           http::ConnectionId connection) {
  if (++last_ == 0) ++last_;
  BodySettings s;
  s.home = settings_.home;
  s.cookie = (std::uint64_t{worker_} << 32U) | last_;
  s.lane = lane_of(connection);
  s.bytes = bytes_to_come(request);
  s.fields = settings_.fields;
  s.success = settings_.success;
  s.waits_for_safety = settings_.waits_for_safety;
  for (const auto& [header, tag] : settings_.header_tags) {
    const std::string_view value = request.field(header);
    if (!value.empty()) s.tags.emplace_back(tag, value);
  }
  if (settings_.path_tag) s.tags.emplace_back(path_tag_name, request.path);
  return s;
}

// Two connections of 16 million may share a lane: then they take turns.
std::uint32_t RequestHandler::lane_of(http::ConnectionId connection) const {
  constexpr std::uint32_t mask = (1U << lane_bits) - 1;
  return (worker_ << lane_bits) | (static_cast<std::uint32_t>(connection) & mask);
}

http::Response RequestHandler::refusal(unsigned status, std::string_view why) {
  const std::string_view text = status == 413 ? std::string_view("request body too large") : why;
  return finished(http::error_response(status, "http: " + std::string(text)));
}

http::Response RequestHandler::finished(http::Response response) const {
  for (const auto& [name, value] : settings_.fields) response.set(name, value);
  return response;
}

void RequestHandler::notified(std::uint64_t) {
  for (const News& news : inbox_.take()) {
    if (news.cookie == 0) {
      const auto lane = lanes_.find(news.lane);
      if (lane != lanes_.end()) connections_.resume(lane->second);
      continue;
    }
    const auto at = open_.find(news.cookie);
    if (at == open_.end()) continue;
    if (news.kind == News::Kind::safety) {
      at->second.body->safe(news.parsed.status);
    } else {
      at->second.body->parsed(news.parsed);
    }
    connections_.resume(at->second.connection);
  }
}

void RequestHandler::ended(http::ConnectionId connection) {
  const auto at = lanes_.find(lane_of(connection));
  if (at == lanes_.end() || at->second != connection) return;
  settings_.home.lane_close(at->first);
  lanes_.erase(at);
}

void RequestHandler::broken(const std::string& peer, const char* why) {
  settings_.home.warn("the connection of " + peer + " is closed: " + why);
}

}  // namespace weir::http_listener
