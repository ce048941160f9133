#include "plugins/outputs/socket_writer/address.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include <weir/error.hpp>

namespace weir::socket_writer {
namespace {

struct Network {
  std::string_view name;
  int family, type;
};
constexpr std::array networks{
    Network{"tcp", AF_UNSPEC, SOCK_STREAM},         Network{"tcp4", AF_INET, SOCK_STREAM},
    Network{"tcp6", AF_INET6, SOCK_STREAM},         Network{"udp", AF_UNSPEC, SOCK_DGRAM},
    Network{"udp4", AF_INET, SOCK_DGRAM},           Network{"udp6", AF_INET6, SOCK_DGRAM},
    Network{"unix", AF_UNIX, SOCK_STREAM},          Network{"unixgram", AF_UNIX, SOCK_DGRAM},
    Network{"unixpacket", AF_UNIX, SOCK_SEQPACKET}, Network{"vsock", AF_VSOCK, SOCK_STREAM}};

[[noreturn]] void refuse(const std::string& why) { throw config_error("address", why); }

const Network& network_of(std::string_view name) {
  const auto* const known = std::find_if(networks.begin(), networks.end(),
                                         [&](const Network& n) { return n.name == name; });
  if (known == networks.end()) {
    refuse(
        "the network \"" + std::string(name) +
        "\" is unknown; use tcp, tcp4, tcp6, udp, udp4, udp6, unix, unixgram, unixpacket or vsock");
  }
  return *known;
}

// HOST:PORT, [HOST]:PORT
void set_host(Address& to, std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) {
    refuse("\"" + to.text + "\" has no port; write tcp://HOST:PORT");
  }
  std::string_view host = text.substr(0, colon);
  const bool in_brackets = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (in_brackets) host = host.substr(1, host.size() - 2);
  if (!in_brackets && host.find(':') != std::string_view::npos) {
    refuse("an IPv6 address stands in brackets: tcp://[::1]:8094");
  }
  to.host = host;
  to.service = text.substr(colon + 1);
}

void set_path(Address& to, std::string_view path) {
  if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path)) {
    refuse("the path of a unix socket has 1 to " +
           std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " bytes");
  }
  to.path = path;
}

std::uint32_t number_of(std::string_view text) {
  std::uint32_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) {
    refuse("write vsock://CID:PORT with numbers; \"" + std::string(text) + "\" is none");
  }
  return n;
}

void set_vsock(Address& to, std::string_view text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  to.cid = number_of(text.substr(0, colon));
  to.port = number_of(text.substr(std::min(colon + 1, text.size())));
}

}  // namespace

bool Address::has_messages() const { return type != SOCK_STREAM; }

Address parse_address(const std::string& url) {
  const std::size_t mark = url.find("://");
  if (mark == std::string::npos) {
    refuse("\"" + url + "\" is no address; write NETWORK://ADDRESS, such as tcp://127.0.0.1:8094");
  }
  const Network& network = network_of(std::string_view(url).substr(0, mark));
  const std::string_view rest = std::string_view(url).substr(mark + 3);
  Address a;
  a.text = url;
  a.family = network.family;
  a.type = network.type;
  if (a.family == AF_UNIX) {
    set_path(a, rest);
  } else if (a.family == AF_VSOCK) {
    set_vsock(a, rest);
  } else {
    set_host(a, rest);
  }
  return a;
}

}  // namespace weir::socket_writer
