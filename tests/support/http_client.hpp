#pragma once

// A client of an HTTP server under test, on the loopback. Every call waits until it is done.
//
// Errors  A call that fails throws std::system_error, which fails the test.

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

namespace weir::http {

class TestClient {
 public:
  explicit TestClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  explicit TestClient(const std::string& path)
      : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    path.copy(to.sun_path, sizeof to.sun_path - 1);
    connect(reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;
  TestClient(TestClient&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  TestClient& operator=(TestClient&&) = delete;
  ~TestClient() {
    if (fd_ >= 0) ::close(fd_);
  }

  // The server may have closed before everything is sent: that is no error.
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n < 0 && (errno == EPIPE || errno == ECONNRESET)) return;
      if (n < 0) fail("send");
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  // One answer: its head, and as much body as its Content-Length says. What was received until the end of
  // the connection where that comes first.
  std::string answer() {
    for (;;) {
      const std::size_t bytes = answer_bytes();
      if (bytes != 0) return take(bytes);
      if (!receive()) return take(received_.size());
    }
  }
  // Everything until the end of the connection.
  std::string rest() {
    while (receive()) {
    }
    return take(received_.size());
  }
  std::string ask(std::string_view request) {
    send(request);
    return answer();
  }
  void finish() const { ::shutdown(fd_, SHUT_WR); }
  // The descriptor, which belongs to the caller from now on.
  int release() { return std::exchange(fd_, -1); }

 private:
  void connect(const sockaddr* to, socklen_t n) const {
    if (fd_ < 0 || ::connect(fd_, to, n) != 0) fail("connect");
  }
  bool receive() {
    char part[16384];
    // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection): a test's lock, which nobody waits for
    const ssize_t n = ::recv(fd_, part, sizeof part, 0);
    if (n > 0) received_.append(part, static_cast<std::size_t>(n));
    return n > 0;
  }
  // 0 = not whole yet.
  std::size_t answer_bytes() const {
    const std::size_t head = received_.find("\r\n\r\n");
    if (head == std::string::npos) return 0;
    const std::size_t at = received_.find("Content-Length: ");
    const std::size_t body = at < head ? std::stoul(received_.substr(at + 16)) : 0;
    return received_.size() >= head + 4 + body ? head + 4 + body : 0;
  }
  std::string take(std::size_t n) {
    std::string front = received_.substr(0, n);
    received_.erase(0, n);
    return front;
  }
  [[noreturn]] static void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
  }
  int fd_;
  std::string received_;
};

}  // namespace weir::http
