#pragma once

// What one worker of the server does with requests of InfluxDB's 1.x API.
//
// Threads  The worker's.
// Limits   A body begins with first_bytes at most, whatever the request announces, and grows with what comes; its memory is
//          charged to the host's budget. A worker keeps one buffer of at most spare_bytes_max for the next body.

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "plugins/common/http_server/handler.hpp"
#include "plugins/common/http_server/meter.hpp"
#include "plugins/inputs/influxdb_listener/line_intake.hpp"

namespace weir::influxdb_listener {

struct WriteSettings {
  host home;
  bool upstream = false;
  std::string database_tag, retention_policy_tag;  // empty = none
  // What lets a request in: one of these fields, or a token; all empty = open to all.
  std::string basic, plain_token;
  std::string token_secret, token_username;
};

class WriteHandler final : public http::Handler {
 public:
  // settings outlive it.
  WriteHandler(const WriteSettings& settings, std::uint32_t worker, http::Connections& connections)
      : settings_(settings),
        connections_(connections),
        intake_(settings.home, settings.upstream, worker) {}

  Reception begin(const http::Request& request, http::ConnectionId connection) override;
  http::Response refusal(unsigned status, std::string_view why) override;
  // The lane has room again.
  void notified(std::uint64_t value) override;
  void broken(const std::string& peer, const char* why) override;

 private:
  class Lines;
  [[nodiscard]] bool knows(const http::Request& request) const;
  http::Response respond(const http::Request& request) const;
  std::unique_ptr<http::Body> receive(const http::Request& request, http::ConnectionId connection);

  const WriteSettings& settings_;
  http::Connections& connections_;
  LineIntake intake_;
  std::unordered_set<http::ConnectionId> waiting_;  // for room
  std::string spare_;                               // of a body before
};

}  // namespace weir::influxdb_listener
