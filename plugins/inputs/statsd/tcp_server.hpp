#pragma once

// Lines of TCP connections.
//
// Threads    The receiving thread.
// Ownership  The listening descriptor is the host's.
// Errors     A line longer than line_bytes_max closes its connection, which is said in the log.
// Limits     max_connections; turn_bytes of one connection before the others have their turn.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <weir/sink.hpp>

#include "plugins/common/sockets/connections.hpp"
#include "plugins/common/sockets/poller.hpp"
#include "plugins/inputs/statsd/server.hpp"

namespace weir::statsd {

class Intake;

struct TcpSettings {
  std::uint64_t max_connections = 250;
  bool keep_alive = false;
  std::int64_t keep_alive_ns = 0;  // between probes; 0 = the system's
};

class TcpServer final : public Server, public common::Poller::Handler {
 public:
  static constexpr std::size_t line_bytes_max = std::size_t{64} << 10;
  static constexpr std::size_t turn_bytes = std::size_t{1} << 20;
  static constexpr std::size_t drain_bytes_max = std::size_t{16} << 20;

  TcpServer(host home, common::Poller& poller, int descriptor, Intake& intake,
            const TcpSettings& settings);
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;
  ~TcpServer() override;

  void on_ready() override;  // a connection can be accepted
  int tick() override;
  void drain() override;

 private:
  class Connection;
  using Clock = std::chrono::steady_clock;
  bool accept_one();
  void refuse(const common::Accepted& made);
  void ended(const Connection& connection);
  void pause_accepting(int error);

  host home_;
  common::Poller& poller_;
  const int descriptor_;
  Intake& intake_;
  const TcpSettings settings_;
  std::unordered_map<const Connection*, std::unique_ptr<Connection>> connections_;
  std::optional<Clock::time_point> accept_at_;  // out of descriptors: when accepting is tried again
};

}  // namespace weir::statsd
