#pragma once

// Listens on a socket and hands what arrives to the parser.
//
// Lines of a connection go to the parser as a stream, in the host's own buffers; other framings are cut
// here. Each connection is a lane of its own: one that the host holds back holds up no other.
//
// Threads    One of its own, which serves all sockets and never waits for the host.
// Errors     Options in init(), sockets and files in start(), which is tried again.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/compression/compression.hpp"
#include "plugins/common/splitters/splitter.hpp"
#include "plugins/common/tls/tls_server.hpp"
#include "plugins/inputs/socket_listener/address.hpp"
#include "plugins/inputs/socket_listener/metrics.hpp"
#include "plugins/inputs/socket_listener/peers.hpp"

namespace weir::common {
class ListeningSocket;
class Poller;
}  // namespace weir::common

namespace weir::socket_listener {

class Loop;
class Server;

struct SocketListener : common::TlsServerOptions, common::SplitterOptions {
  static constexpr info meta{"socket_listener", "1.0.0",
                             "Listen for messages on TCP, UDP and unix sockets",
                             WEIR_EMITS_RAW | WEIR_OWN_THREADS};
  static constexpr const char* const needs[] = {WEIR_EXT_LISTEN, nullptr};
  static constexpr const weir_metric_decl* const metrics[] = {
      &declared_metrics[0], &declared_metrics[1], &declared_metrics[2], &declared_metrics[3],
      &declared_metrics[4], &declared_metrics[5], &declared_metrics[6], nullptr};

  SocketListener();
  ~SocketListener();

  sink* out = nullptr;
  std::string service_address;
  std::string socket_mode;
  std::int64_t max_connections{};
  duration read_timeout;
  byte_size read_buffer_size;
  std::optional<duration> keep_alive_period;
  std::string content_encoding;
  byte_size max_decompression_size;
  std::vector<std::string> allowed_sources;
  std::string multicast_source;
  static constexpr auto own_options =
      std::tuple{opt{"service_address", &SocketListener::service_address, nullptr,
                     "Where to listen: tcp, tcp4, tcp6, udp, udp4 or udp6://host:port, unix or "
                     "unixgram://path"}
                     .required(),
                 opt{"socket_mode", &SocketListener::socket_mode, "\"\"",
                     "Permissions of a unix socket in octal; empty = the system's"},
                 opt{"max_connections", &SocketListener::max_connections, "0",
                     "Connections at the same time; 0 = any number"},
                 opt{"read_timeout", &SocketListener::read_timeout, "\"0s\"",
                     "A connection that is silent for so long is closed; 0 = never"},
                 opt{"read_buffer_size", &SocketListener::read_buffer_size, "\"0B\"",
                     "The kernel's receive buffer of a socket; 0 = the system's"},
                 opt{"keep_alive_period", &SocketListener::keep_alive_period, nullptr,
                     "Between keep-alive probes of TCP; 0 = none, not written = the system's"},
                 opt{"content_encoding", &SocketListener::content_encoding, "\"identity\"",
                     "gzip, zlib, zstd, auto (gzip or not) or identity"},
                 opt{"max_decompression_size", &SocketListener::max_decompression_size, "\"500MB\"",
                     "A datagram that is larger when it is decompressed is refused"},
                 opt{"allowed_sources", &SocketListener::allowed_sources, "[]",
                     "IP addresses that may send; empty = all"},
                 opt{"multicast_source", &SocketListener::multicast_source, "\"\"",
                     "The only sender whose multicast packets are wanted; empty = all"}};
  static constexpr auto options = std::tuple_cat(own_options, tls_options, splitting_options);

  void init();
  void start();
  void stop();
  void resume(std::uint32_t lane);

 private:
  void check() const;
  std::unique_ptr<Server> make_server(common::Poller& poller) const;
  std::unique_ptr<Server> make_stream_server(common::Poller& poller) const;

  Address address_;
  common::Encoding encoding_ = common::Encoding::identity;
  AllowedSources allowed_;
  std::shared_ptr<const common::Splitter> splitter_;
  std::unique_ptr<common::ListeningSocket> socket_;
  std::unique_ptr<Loop> loop_;
};

}  // namespace weir::socket_listener
