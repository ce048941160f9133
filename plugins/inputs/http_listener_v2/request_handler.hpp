#pragma once

// What one worker of the server does with requests.
//
// Threads  The worker's, but for Inbox, which the host's events fill.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "plugins/common/http_server/handler.hpp"
#include "plugins/inputs/http_listener_v2/message_body.hpp"

namespace weir::http_listener {

// A batch was parsed, or became safe or failed to, or (without cookie) a lane has room again.
struct News {
  enum class Kind : std::uint8_t { parsing, safety } kind = Kind::parsing;
  std::uint64_t cookie = 0;
  std::uint32_t lane = 0;
  Parsed parsed;
};

class Inbox {
 public:
  void put(News news) {
    const std::lock_guard lock(mutex_);
    news_.push_back(std::move(news));
  }
  std::vector<News> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(news_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<News> news_;  // guarded by mutex_
};

using Texts = std::vector<std::pair<std::string, std::string>>;

struct HandlerSettings {
  host home;
  std::vector<std::string> paths, methods;
  bool path_tag = false;
  bool from_query = false;
  bool waits_for_safety = false;
  Texts header_tags;          // header, tag
  Texts fields;               // of each answer
  std::string authorization;  // what the field has to be; empty = open to all
  unsigned success = 204;
};

// The worker of a cookie or lane that a handler gave out.
std::uint32_t worker_of_cookie(std::uint64_t cookie);
std::uint32_t worker_of_lane(std::uint32_t lane);
constexpr std::uint32_t workers_max = 8;

class RequestHandler final : public http::Handler {
 public:
  // settings and inbox outlive it.
  RequestHandler(const HandlerSettings& settings, Inbox& inbox, std::uint32_t worker,
                 http::Connections& connections)
      : settings_(settings), inbox_(inbox), worker_(worker), connections_(connections) {}

  Reception begin(const http::Request& request, http::ConnectionId connection) override;
  http::Response refusal(unsigned status, std::string_view why) override;
  void notified(std::uint64_t value) override;
  void ended(http::ConnectionId connection) override;
  void broken(const std::string& peer, const char* why) override;

 private:
  struct Open {
    http::ConnectionId connection;
    MessageBody* body;
  };
  [[nodiscard]] http::Response refuse(const http::Request& request) const;
  http::Response finished(http::Response response) const;
  BodySettings body_settings(const http::Request& request, http::ConnectionId connection);
  std::unique_ptr<http::Body> receive(const http::Request& request, http::ConnectionId connection);
  std::uint32_t lane_of(http::ConnectionId connection) const;

  const HandlerSettings& settings_;
  Inbox& inbox_;
  const std::uint32_t worker_;
  http::Connections& connections_;
  std::unordered_map<std::uint64_t, Open> open_;                 // by cookie
  std::unordered_map<std::uint32_t, http::ConnectionId> lanes_;  // of connections that sent a body
  std::uint32_t last_ = 0;
};

}  // namespace weir::http_listener
