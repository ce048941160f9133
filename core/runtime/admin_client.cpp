#include "core/runtime/admin_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>
#include <system_error>

namespace weir::runtime {
namespace {

class Socket {
 public:
  explicit Socket(int family) : fd_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  const int fd_;
};

struct Endpoint {
  sockaddr_storage at{};
  socklen_t size{0};
};

template <typename Address>
Endpoint endpoint(const Address& address) {
  Endpoint made;
  made.size = sizeof address;
  std::memcpy(&made.at, &address, sizeof address);
  return made;
}

Endpoint endpoint_of(const config::AdminAddress& address) {
  if (!address.tcp()) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::memcpy(at.sun_path, address.path.data(),
                std::min(address.path.size(), sizeof at.sun_path - 1));
    return endpoint(at);
  }
  sockaddr_in6 six{};
  if (::inet_pton(AF_INET6, address.host.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(address.port);
    return endpoint(six);
  }
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(address.port);
  ::inet_pton(AF_INET, address.host.c_str(), &four.sin_addr);
  return endpoint(four);
}

std::string name_of(const config::AdminAddress& address) {
  return address.tcp() ? address.host + ":" + std::to_string(address.port) : address.path;
}

Error unreachable(const config::AdminAddress& address, int why) {
  const std::string what = "no agent can be asked at " + name_of(address) + " (" +
                           std::generic_category().message(why) + "): ";
  if (why == EACCES || why == EPERM) {
    return {ErrorKind::unavailable, what + "use sudo, or become a member of the socket's group"};
  }
  return {
      ErrorKind::unavailable,
      what + "is it running, and is it [weir] admin of its configuration? (--admin says where)"};
}

std::string request_text(const AdminQuestion& question) {
  std::string text = question.method + " " + question.path + " HTTP/1.1\r\nHost: weir\r\n";
  if (!question.token.empty()) text += "Authorization: Bearer " + question.token + "\r\n";
  return text + "Connection: close\r\nContent-Length: " + std::to_string(question.body.size()) +
         "\r\n\r\n" + question.body;
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool receive_all(int fd, std::string& to) {
  std::array<char, 64 << 10> piece{};
  while (to.size() <= answer_bytes_max) {
    const ssize_t n = ::recv(fd, piece.data(), piece.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n == 0;
    to.append(piece.data(), static_cast<std::size_t>(n));
  }
  errno = EMSGSIZE;
  return false;
}

// The length that the head of an answer announces.
std::size_t announced(std::string head) {
  constexpr std::string_view name = "\r\ncontent-length:";
  for (char& c : head) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const std::size_t at = head.find(name);
  if (at == std::string::npos) return 0;
  const std::size_t digits = head.find_first_not_of(' ', at + name.size());
  std::size_t bytes = 0;
  if (digits != std::string::npos) {
    std::from_chars(head.data() + digits, head.data() + head.size(), bytes);
  }
  return bytes;
}

// "HTTP/1.1 200 OK", headers, an empty line, the body to the end.
Result<AdminReply> parse(const std::string& text) {
  constexpr std::size_t status_at = 9;
  const std::size_t head = text.find("\r\n\r\n");
  AdminReply reply;
  const char* const begin = text.data() + std::min(status_at, text.size());
  std::from_chars(begin, text.data() + text.size(), reply.status);
  if (!text.starts_with("HTTP/1.") || head == std::string::npos || reply.status == 0) {
    return Error{ErrorKind::unavailable, "what answers there is no agent"};
  }
  reply.body = text.substr(head + 4);
  if (reply.body.size() < announced(text.substr(0, head))) {
    return Error{ErrorKind::unavailable,
                 "the agent's answer was cut off: it may have been stopped"};
  }
  return reply;
}

}  // namespace

Result<AdminReply> ask_agent(const config::AdminAddress& address, const AdminQuestion& question) {
  const Endpoint to = endpoint_of(address);
  const Socket socket(to.at.ss_family);
  if (socket.fd() < 0) return unreachable(address, errno);
  const timeval timeout{question.timeout_s, 0};
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  if (::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&to.at), to.size) != 0) {
    return unreachable(address, errno);
  }
  std::string text;
  // It may answer before it has read all, and close.
  const bool sent = send_all(socket.fd(), request_text(question));
  const bool received = receive_all(socket.fd(), text);
  if (text.empty() && (!sent || !received)) {
    return Error{ErrorKind::unavailable, "the agent at " + name_of(address) +
                                             " has not answered in time (" +
                                             std::generic_category().message(errno) + ")"};
  }
  return parse(text);
}

}  // namespace weir::runtime
