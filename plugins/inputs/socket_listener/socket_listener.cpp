#include "plugins/inputs/socket_listener/socket_listener.hpp"

#include <arpa/inet.h>

#include <utility>

#include "plugins/common/sockets/listening_socket.hpp"
#include "plugins/inputs/socket_listener/datagram_server.hpp"
#include "plugins/inputs/socket_listener/loop.hpp"
#include "plugins/inputs/socket_listener/stream_server.hpp"

namespace weir::socket_listener {

SocketListener::SocketListener() = default;
SocketListener::~SocketListener() = default;

void SocketListener::init() {
  address_ = parse_address(service_address);
  const auto encoding = common::encoding_of(content_encoding);
  if (!encoding) {
    throw config_error("content_encoding",
                       "\"" + content_encoding + "\" is unknown; use gzip, zlib, zstd or identity");
  }
  encoding_ = *encoding;
  allowed_ = AllowedSources(allowed_sources);
  splitter_ = common::make_splitter(*this);
  check();
  TlsServerOptions::check();
}

void SocketListener::check() const {
  common::parse_socket_mode(socket_mode);
  if (max_connections < 0) throw config_error("max_connections", "must not be negative");
  if (max_decompression_size.bytes <= 0) {
    throw config_error("max_decompression_size", "must be more than 0");
  }
  if (address_.unix_path && !allowed_sources.empty()) {
    throw config_error("allowed_sources", "has no meaning for unix sockets: use socket_mode");
  }
  if (!address_.stream && wanted()) {
    throw config_error("tls_cert", "TLS needs connections; " + service_address + " has none");
  }
  in_addr source{};
  if (!multicast_source.empty() && inet_pton(AF_INET, multicast_source.c_str(), &source) != 1) {
    throw config_error("multicast_source", "\"" + multicast_source + "\" is not an IPv4 address");
  }
  if (!multicast_source.empty() && address_.stream) {
    throw config_error("multicast_source", "needs udp; " + service_address + " is not");
  }
}

void SocketListener::start() {
  if (loop_) return;
  const host& home = out->home();
  socket_ = std::make_unique<common::ListeningSocket>(
      home, address_.url, "service_address",
      common::ListenOptions{common::parse_socket_mode(socket_mode), read_buffer_size.bytes,
                            address_.interface_name});
  try {
    loop_ = std::make_unique<Loop>(home, [this](common::Poller& p) { return make_server(p); });
  } catch (...) {
    stop();
    throw;
  }
}

std::unique_ptr<Server> SocketListener::make_server(common::Poller& poller) const {
  if (address_.stream) return make_stream_server(poller);
  DatagramSettings settings;
  settings.encoding = encoding_;
  settings.max_decompressed_bytes = static_cast<std::uint64_t>(max_decompression_size.bytes);
  settings.allowed = allowed_;
  settings.multicast_source = multicast_source;
  return std::make_unique<DatagramServer>(out->home(), poller, socket_->descriptor(), settings);
}

std::unique_ptr<Server> SocketListener::make_stream_server(common::Poller& poller) const {
  StreamSettings settings;
  settings.tcp = address_.tcp;
  settings.max_connections = static_cast<std::uint64_t>(max_connections);
  settings.read_timeout_ns = read_timeout.ns;
  if (keep_alive_period) settings.keep_alive_ns = keep_alive_period->ns;
  settings.encoding = encoding_;
  settings.splitter = splitter_;
  settings.allowed = allowed_;
  const std::string password = tls_key_pwd.set ? out->home().reveal(tls_key_pwd.handle) : "";
  if (wanted()) settings.tls = std::make_shared<common::TlsServer>(*this, password);
  return std::make_unique<StreamServer>(out->home(), poller, socket_->descriptor(),
                                        std::move(settings));
}

void SocketListener::stop() {
  loop_.reset();
  socket_.reset();
}

void SocketListener::resume(std::uint32_t lane) {
  if (loop_) loop_->resume(lane);
}

}  // namespace weir::socket_listener

WEIR_MODULE("socket_listener", "1.0.0", weir::socket_listener::SocketListener)
