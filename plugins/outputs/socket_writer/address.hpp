#pragma once

// Where outputs.socket_writer sends to: NETWORK://ADDRESS, with the networks of Go's net.Dial.
//
// Errors  parse_address() throws weir::config_error for "address".

#include <cstdint>
#include <string>

namespace weir::socket_writer {

struct Address {
  std::string text;                 // As it was written.
  int family = 0, type = 0;         // Of the socket; AF_UNSPEC: whatever the host's name leads to.
  std::string host, service;        // Of tcp and udp. An empty host is this machine.
  std::string path;                 // Of unix sockets.
  std::uint32_t cid = 0, port = 0;  // Of vsock.

  // Each metric is a message of its own.
  bool has_messages() const;
  bool is_tcp() const { return !service.empty() && !has_messages(); }
};

Address parse_address(const std::string& url);

}  // namespace weir::socket_writer
