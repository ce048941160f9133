#pragma once

// The option ip_range: networks of which a scraper's address must be in one.
//
// Threads  Immutable after construction.
// Errors   weir::config_error for what is not a network.

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace weir::prometheus_client {

class Networks {
 public:
  Networks() = default;
  // In CIDR form; one without a slash is one address.
  explicit Networks(const std::vector<std::string>& ranges);

  // Any may where there are none; a peer by a unix socket has no address and is in no network.
  bool allow(const sockaddr_storage& peer) const;

 private:
  using Bytes = std::array<std::uint8_t, 16>;  // IPv6; IPv4 as ::ffff:a.b.c.d
  struct Network {
    Bytes address;
    unsigned bits;
  };
  static bool read(const std::string& range, Network& out);
  static bool in(const Bytes& address, const Network& network);

  std::vector<Network> networks_;
};

}  // namespace weir::prometheus_client
