#pragma once

// The option allowed_sources.
//
// Errors  weir::config_error for what is not an IP address.

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace weir::socket_listener {

class AllowedSources {
 public:
  AllowedSources() = default;
  explicit AllowedSources(const std::vector<std::string>& addresses);

  // Whether the peer may send; any may where the list is empty.
  bool allow(const sockaddr_storage& peer) const;

 private:
  using Bytes = std::array<std::uint8_t, 16>;  // IPv6; IPv4 as ::ffff:a.b.c.d
  static bool bytes_of(const sockaddr_storage& peer, Bytes& out);
  static bool read(const std::string& address, Bytes& out);

  std::set<Bytes> addresses_;
};

}  // namespace weir::socket_listener
