#pragma once

// The other end of a listening socket, for tests. Every call waits until it is done.
//
// Errors  A call that fails throws std::system_error, which fails the test.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace weir::test {

class SocketClient {
 public:
  static SocketClient tcp(std::uint16_t port) { return inet4(SOCK_STREAM, port); }
  static SocketClient udp(std::uint16_t port) { return inet4(SOCK_DGRAM, port); }
  static SocketClient inet6(int type, std::uint16_t port) {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(port);
    to.sin6_addr = in6addr_loopback;
    return {AF_INET6, type, reinterpret_cast<const sockaddr*>(&to), sizeof to};
  }
  static SocketClient unix_path(int type, const std::string& path) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    path.copy(to.sun_path, sizeof to.sun_path - 1);
    return {AF_UNIX, type, reinterpret_cast<const sockaddr*>(&to), sizeof to};
  }
  SocketClient(const SocketClient&) = delete;
  SocketClient& operator=(const SocketClient&) = delete;
  SocketClient(SocketClient&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  SocketClient& operator=(SocketClient&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~SocketClient() { close(); }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n < 0) fail("send");
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  // Nothing follows, but the connection stays.
  void finish() const { ::shutdown(fd_, SHUT_WR); }
  // Waits until the other end closed the connection. Or reset it: true for either.
  bool closed_by_peer() const {
    char byte = 0;
    // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection): a test's lock, which nobody waits for
    return ::recv(fd_, &byte, 1, 0) <= 0;
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  // The descriptor, which belongs to the caller from now on.
  int release() { return std::exchange(fd_, -1); }

 private:
  SocketClient(int family, int type, const sockaddr* to, socklen_t n)
      : fd_(::socket(family, type | SOCK_CLOEXEC, 0)) {
    if (fd_ < 0 || ::connect(fd_, to, n) != 0) fail("connect");
  }
  static SocketClient inet4(int type, std::uint16_t port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return {AF_INET, type, reinterpret_cast<const sockaddr*>(&to), sizeof to};
  }
  [[noreturn]] static void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
  }
  int fd_;
};

}  // namespace weir::test
