#include "plugins/inputs/http_listener_v2/http_listener_v2.hpp"

#include <algorithm>
#include <thread>

namespace weir::http_listener {
namespace {

constexpr std::int64_t default_body_bytes = std::int64_t{500} << 20U;
constexpr std::int64_t body_bytes_max = std::int64_t{1} << 30U;  // in one block

std::uint32_t workers() { return std::clamp(std::thread::hardware_concurrency(), 1U, 4U); }

}  // namespace

void HttpListener::init() {
  check();
  common::parse_socket_mode(socket_mode);
  if (max_body_size.bytes > body_bytes_max) {
    throw config_error("max_body_size", "can be 1GiB at most: a body is parsed in one piece");
  }
  if (!path.empty()) paths.push_back(path);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (paths[i].empty() || paths[i].front() != '/') {
      throw config_error("paths[" + std::to_string(i) + "]", "has to begin with a slash");
    }
  }
  handling_.home = self;
  handling_.paths = paths;
  handling_.methods = methods;
  handling_.path_tag = path_tag;
  handling_.from_query = data_source == "query";
  handling_.header_tags = http_header_tags;
  handling_.waits_for_safety = answer_after == "safe";
  handling_.success = static_cast<unsigned>(http_success_code);
}

void HttpListener::start() {
  handling_.fields.clear();
  for (const auto& [name, value] : http_headers) {
    handling_.fields.emplace_back(name, value.set ? self.reveal(value.handle) : "");
  }
  handling_.authorization = basic_field(self);
  http::ServerSettings settings = server_settings(self, default_body_bytes);
  settings.workers = workers();
  inboxes_.clear();
  for (std::uint32_t i = 0; i < settings.workers; ++i) {
    inboxes_.push_back(std::make_unique<Inbox>());
  }
  listener_.open(self, service_address, socket_mode, settings,
                 [this](std::uint32_t worker, http::Connections& connections) {
                   return std::make_unique<RequestHandler>(handling_, *inboxes_[worker], worker,
                                                           connections);
                 });
}

void HttpListener::stop() { listener_.close(); }

void HttpListener::parsed(const weir_ev_parsed& event) {
  News news;
  news.cookie = event.cookie;
  news.parsed = {event.status, event.bad, std::string(view(event.reason))};
  tell(worker_of_cookie(event.cookie), std::move(news));
}

void HttpListener::ack(std::uint64_t cookie, weir_status status) {
  News news;
  news.cookie = cookie;
  news.kind = News::Kind::safety;
  news.parsed.status = status;
  tell(worker_of_cookie(cookie), std::move(news));
}

void HttpListener::resume(std::uint32_t lane) {
  News news;
  news.lane = lane;
  tell(worker_of_lane(lane), std::move(news));
}

void HttpListener::tell(std::uint32_t worker, News news) {
  if (worker >= inboxes_.size()) return;
  inboxes_[worker]->put(std::move(news));
  listener_.notify(worker, 0);
}

}  // namespace weir::http_listener

WEIR_MODULE("http_listener_v2", "1.0.0", weir::http_listener::HttpListener)
