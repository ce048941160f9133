#pragma once

// One connected socket, with TLS on it where that is asked for.
//
// Threads    One at a time; calls wait for the network.
// Errors     weir::retry: the connection is of no use any more, make another one.
// Limits     connect_limit_ms to connect; a peer that takes no byte for stall_limit_ms counts as gone.

#include <cstdint>
#include <memory>
#include <string_view>

#include "plugins/common/tls/tls_client.hpp"
#include "plugins/outputs/socket_writer/address.hpp"

namespace weir::socket_writer {

class Connection {
 public:
  static constexpr int connect_limit_ms = 10'000;
  static constexpr int stall_limit_ms = 30'000;

  // tls: nullptr = none.
  Connection(const Address& to, const common::TlsClient* tls);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  int descriptor() const { return descriptor_; }
  // What is written to a connection that its peer has ended is lost, and nothing says so: look first.
  bool ended();
  // A piece of a stream.
  void send(std::string_view bytes);
  // A message. False when the network takes none that large.
  bool send_message(std::string_view bytes) const;

 private:
  void connect_unix(const Address& to);
  void connect_vsock(const Address& to);
  void connect_host(const Address& to);
  int try_connect(int family, int type, const void* to, unsigned bytes);
  void close();
  std::size_t write_some(std::string_view bytes);
  std::size_t write_plain(std::string_view bytes) const;
  std::size_t write_tls(std::string_view bytes);
  bool read_away();

  int descriptor_ = -1;
  std::unique_ptr<common::TlsStream> tls_;
};

}  // namespace weir::socket_writer
