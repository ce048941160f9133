#include "plugins/outputs/prometheus_client/networks.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include <weir/error.hpp>

namespace weir::prometheus_client {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned mapped_bits = mapped_prefix.size() * 8;
constexpr unsigned bits_max = 128;

}  // namespace

Networks::Networks(const std::vector<std::string>& ranges) {
  for (const std::string& range : ranges) {
    Network network{};
    if (!read(range, network)) {
      throw config_error("ip_range", "\"" + range + "\" is no network; write 192.168.0.0/24");
    }
    networks_.push_back(network);
  }
}

bool Networks::read(const std::string& range, Network& out) {
  const std::size_t slash = range.find('/');
  const std::string address = range.substr(0, slash);
  const bool v6 = inet_pton(AF_INET6, address.c_str(), out.address.data()) == 1;
  if (!v6) {
    std::copy(mapped_prefix.begin(), mapped_prefix.end(), out.address.begin());
    if (inet_pton(AF_INET, address.c_str(), out.address.data() + mapped_prefix.size()) != 1) {
      return false;
    }
  }
  out.bits = bits_max;
  if (slash == std::string::npos) return true;
  const char* const end = range.data() + range.size();
  const auto got = std::from_chars(range.data() + slash + 1, end, out.bits);
  if (!v6) out.bits += mapped_bits;
  return got.ec == std::errc() && got.ptr == end && out.bits <= bits_max;
}

bool Networks::in(const Bytes& address, const Network& network) {
  const std::size_t whole = network.bits / 8;
  if (std::memcmp(address.data(), network.address.data(), whole) != 0) return false;
  const unsigned rest = network.bits % 8;
  if (rest == 0) return true;
  const unsigned differs = address.at(whole) ^ network.address.at(whole);
  return (differs >> (8 - rest)) == 0;
}

bool Networks::allow(const sockaddr_storage& peer) const {
  if (networks_.empty()) return true;
  Bytes address{};
  if (peer.ss_family == AF_INET6) {
    std::memcpy(address.data(), &reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr,
                address.size());
  } else if (peer.ss_family == AF_INET) {
    std::copy(mapped_prefix.begin(), mapped_prefix.end(), address.begin());
    std::memcpy(address.data() + mapped_prefix.size(),
                &reinterpret_cast<const sockaddr_in&>(peer).sin_addr, sizeof(in_addr));
  } else {
    return false;
  }
  return std::any_of(networks_.begin(), networks_.end(),
                     [&](const Network& n) { return in(address, n); });
}

}  // namespace weir::prometheus_client
