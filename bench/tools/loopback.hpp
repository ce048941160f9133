#pragma once

// Sockets of this machine's own loopback, and what a failed call of the system says.
//
// Errors     std::system_error, which names the call.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>

namespace weir::bench {

[[noreturn]] inline void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// The socket interface knows addresses of any family by their common beginning.
inline sockaddr* any(sockaddr_in& address) { return reinterpret_cast<sockaddr*>(&address); }

// A socket on a port (0: any that is free), and its address.
struct Bound {
  int fd;
  sockaddr_in address;
};
inline Bound bound(int type, std::uint16_t port) {
  Bound made{::socket(AF_INET, type | SOCK_CLOEXEC, 0), loopback(port)};
  const int yes = 1;
  socklen_t length = sizeof made.address;
  if (made.fd < 0 || ::setsockopt(made.fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      ::bind(made.fd, any(made.address), length) != 0 ||
      ::getsockname(made.fd, any(made.address), &length) != 0) {
    fail("bind");
  }
  return made;
}

}  // namespace weir::bench
