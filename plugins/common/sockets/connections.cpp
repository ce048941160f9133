#include "plugins/common/sockets/connections.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace weir::common {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t keep_alive_s_max = 32767;  // the kernel's

void set_option(int descriptor, int level, int name, int value) {
  setsockopt(descriptor, level, name, &value, sizeof value);
}

}  // namespace

bool Accepted::try_next() const { return error == ECONNABORTED || error == EINTR; }

bool Accepted::exhausted() const {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

Accepted accept_connection(int listening) {
  Accepted got;
  socklen_t n = sizeof got.peer;
  got.descriptor =
      accept4(listening, reinterpret_cast<sockaddr*>(&got.peer), &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (got.descriptor < 0) got.error = errno;
  return got;
}

void set_keep_alive(int descriptor, bool on, std::int64_t period_ns) {
  set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE, on ? 1 : 0);
  if (!on || period_ns <= 0) return;
  const auto seconds =
      static_cast<int>(std::clamp<std::int64_t>(period_ns / second_ns, 1, keep_alive_s_max));
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
  set_option(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, seconds);
}

std::string ip_of(const sockaddr_storage& peer) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (peer.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(peer).sin_addr, text.data(),
              text.size());
  } else if (peer.ss_family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr, text.data(),
              text.size());
  }
  return text.data();
}

std::string text_of(const sockaddr_storage& peer) {
  if (peer.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
    return ip_of(peer) + ":" + std::to_string(ntohs(v4.sin_port));
  }
  if (peer.ss_family != AF_INET6) return "unix";
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer);
  return "[" + ip_of(peer) + "]:" + std::to_string(ntohs(v6.sin6_port));
}

}  // namespace weir::common
