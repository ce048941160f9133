#include "bench/tools/http_server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <mutex>
#include <thread>

#include "bench/tools/loopback.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t piece_bytes = std::size_t{256} << 10U;
constexpr int waiting_connections = 16;
constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view no_length = "HTTP/1.1 411 Length Required\r\nContent-Length: 0\r\n\r\n";

bool same(char a, char b) { return std::tolower(a) == std::tolower(b); }

// The value of a head's line, or nothing.
std::string_view header(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;
       at = head.find("\r\n", at + 2)) {
    const std::string_view line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    if (line.size() <= name.size() || line[name.size()] != ':' ||
        !std::equal(name.begin(), name.end(), line.begin(), same)) {
      continue;
    }
    const std::string_view value = line.substr(name.size() + 1);
    return value.substr(std::min(value.find_first_not_of(' '), value.size()));
  }
  return {};
}

// 0 where there is none.
std::size_t number(std::string_view text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(fd_); }

  // The next request's body; false when the peer has closed.
  bool next(std::string_view& body) {
    text_.erase(0, taken_);
    std::size_t end = 0;
    while ((end = text_.find("\r\n\r\n")) == std::string::npos) {
      if (!read()) return false;
    }
    const std::string_view head = std::string_view(text_).substr(0, end + 2);
    if (!header(head, "Transfer-Encoding").empty()) return write(no_length), false;
    const std::size_t length = number(header(head, "Content-Length"));
    if (!header(head, "Expect").empty()) write(go_on);
    taken_ = end + 4 + length;
    while (text_.size() < taken_) {
      if (!read()) return false;
    }
    body = std::string_view(text_).substr(end + 4, length);
    return true;
  }
  bool write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

 private:
  bool read() {
    const std::size_t before = text_.size();
    text_.resize(before + piece_bytes);
    const ssize_t n = ::read(fd_, text_.data() + before, piece_bytes);
    text_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    return n > 0;
  }

  const int fd_;
  std::string text_;
  std::size_t taken_ = 0;  // Of text_, by the last request.
};

void answer_all(int fd, const Answer& answer, std::mutex& one_at_a_time) {
  Connection connection(fd);
  for (std::string_view body; connection.next(body);) {
    const std::lock_guard lock(one_at_a_time);
    if (!connection.write(answer(body))) return;
  }
}

void accept_all(int listener, const Answer& answer, std::mutex& one_at_a_time) {
  for (int fd = 0; (fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
    std::thread(answer_all, fd, std::cref(answer), std::ref(one_at_a_time)).detach();
  }
}

sigset_t end_signal() {
  sigset_t set{};
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

void hold_end() {
  const sigset_t set = end_signal();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void serve(std::uint16_t port, const Answer& answer) {
  hold_end();
  const Bound listener = bound(SOCK_STREAM, port);
  if (::listen(listener.fd, waiting_connections) != 0) fail("listen");
  static std::mutex one_at_a_time;  // Threads go on using it until the process ends.
  std::thread(accept_all, listener.fd, std::cref(answer), std::ref(one_at_a_time)).detach();
  const sigset_t set = end_signal();
  int which = 0;
  ::sigwait(&set, &which);
  one_at_a_time.lock();  // The answer that is being given is the last.
}

}  // namespace weir::bench
