#include "plugins/outputs/prometheus_client/page_handler.hpp"

#include "plugins/common/http/credentials.hpp"

namespace weir::prometheus_client {

using http::Request;
using http::Response;
using http::text_response;

http::Handler::Reception PageHandler::begin(const Request& request, http::ConnectionId) {
  Response response = respond(request);
  for (const auto& [name, value] : settings_.fields) response.set(name, value);
  return {nullptr, std::move(response)};
}

Response PageHandler::refusal(unsigned status, std::string_view why) {
  Response response = Handler::refusal(status, why);
  for (const auto& [name, value] : settings_.fields) response.set(name, value);
  return response;
}

void PageHandler::broken(const std::string& peer, const char* why) {
  settings_.warn("the connection of " + peer + " is closed: " + why);
}

Response PageHandler::respond(const Request& request) {
  if (!settings_.networks.allow(*request.peer)) {
    return text_response(403, "this address is not in ip_range\n");
  }
  const std::string& wanted = settings_.authorization;
  if (!wanted.empty() && !http::same_secret(request.field("authorization"), wanted)) {
    Response denied = text_response(401, "wrong user or password\n");
    denied.set("WWW-Authenticate", "Basic realm=\"Restricted\"");
    return denied;
  }
  if (request.method != "GET" && request.method != "HEAD") {
    return text_response(405, "only GET\n");
  }
  if (request.path == settings_.path) return page(request);
  if (request.path == "/") {
    return text_response(200, "Weir: the metrics are at " + settings_.path + "\n");
  }
  return text_response(404, "the metrics are at " + settings_.path + "\n");
}

Response PageHandler::page(const Request& request) {
  Response r;
  r.content_type = "text/plain; version=0.0.4; charset=utf-8";
  r.body = settings_.page();
  if (request.field("accept-encoding").find("gzip") != std::string_view::npos) {
    r.set("Content-Encoding", "gzip");
    r.body = gzip_.compress(r.body);
  }
  return r;
}

}  // namespace weir::prometheus_client
