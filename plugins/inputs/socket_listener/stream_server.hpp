#pragma once

// Accepts connections and serves them, one lane each.
//
// Limits  At the end at most drain_bytes_max are taken from each connection.

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include <weir/sink.hpp>

#include "plugins/inputs/socket_listener/connection.hpp"
#include "plugins/inputs/socket_listener/metrics.hpp"
#include "plugins/inputs/socket_listener/peers.hpp"
#include "plugins/inputs/socket_listener/server.hpp"

namespace weir::socket_listener {

struct StreamSettings {
  bool tcp = false;
  std::uint64_t max_connections = 0;          // 0 = no limit
  std::int64_t read_timeout_ns = 0;           // 0 = none
  std::optional<std::int64_t> keep_alive_ns;  // 0 = off, none = the system's
  common::Encoding encoding = common::Encoding::identity;
  std::shared_ptr<const common::Splitter> splitter;  // null = lines, left to the parser
  std::shared_ptr<const common::TlsServer> tls;      // null = no TLS
  AllowedSources allowed;
};

class StreamServer final : public Server, public common::Poller::Handler, public Connection::Owner {
 public:
  static constexpr std::size_t drain_bytes_max = std::size_t{16} << 20;

  StreamServer(host home, common::Poller& poller, int descriptor, StreamSettings settings);
  StreamServer(const StreamServer&) = delete;
  StreamServer& operator=(const StreamServer&) = delete;
  ~StreamServer() override;

  void on_ready() override;  // a connection can be accepted
  void resume(std::uint32_t lane) override;
  int tick() override;
  void drain() override;

 private:
  // Connection::Owner
  void received(std::size_t bytes) override;
  void broken(const Connection& connection, const char* why) override;
  void socket_closed() override;
  void again(std::uint32_t lane) override { again_.push_back(lane); }
  void ended(std::uint32_t lane) override;

  bool accept_one();
  void add(int descriptor, const sockaddr_storage& peer);
  void refuse(int descriptor, Metric counter, const std::string& why);
  void pause_accepting(int error);
  int end_silent_ones();
  std::uint32_t next_lane();

  host home_;
  common::Poller& poller_;
  int descriptor_;
  StreamSettings settings_;
  RecordBatch batch_;
  std::unordered_map<std::uint32_t, std::unique_ptr<Connection>> connections_;  // by lane
  std::vector<std::uint32_t> again_;
  std::uint64_t open_sockets_ = 0;
  std::uint32_t last_lane_ = 0;
  std::int64_t accept_at_ns_ = 0;  // 0 = now; else when accepting is tried again
};

}  // namespace weir::socket_listener
