#include "plugins/inputs/socket_listener/peers.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include <weir/error.hpp>

namespace weir::socket_listener {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

AllowedSources::AllowedSources(const std::vector<std::string>& addresses) {
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    Bytes bytes{};
    if (!read(addresses[i], bytes)) {
      throw config_error("allowed_sources[" + std::to_string(i) + "]",
                         "\"" + addresses[i] + "\" is not an IP address");
    }
    addresses_.insert(bytes);
  }
}

bool AllowedSources::read(const std::string& address, Bytes& out) {
  if (inet_pton(AF_INET6, address.c_str(), out.data()) == 1) return true;
  std::copy(mapped_prefix.begin(), mapped_prefix.end(), out.begin());
  return inet_pton(AF_INET, address.c_str(), out.data() + mapped_prefix.size()) == 1;
}

bool AllowedSources::allow(const sockaddr_storage& peer) const {
  Bytes bytes{};
  return addresses_.empty() || (bytes_of(peer, bytes) && addresses_.count(bytes) != 0);
}

bool AllowedSources::bytes_of(const sockaddr_storage& peer, Bytes& out) {
  if (peer.ss_family == AF_INET6) {
    std::memcpy(out.data(), &reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr, out.size());
    return true;
  }
  if (peer.ss_family != AF_INET) return false;
  std::copy(mapped_prefix.begin(), mapped_prefix.end(), out.begin());
  std::memcpy(out.data() + mapped_prefix.size(),
              &reinterpret_cast<const sockaddr_in&>(peer).sin_addr, sizeof(in_addr));
  return true;
}

}  // namespace weir::socket_listener
