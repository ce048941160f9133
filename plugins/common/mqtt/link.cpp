#include "plugins/common/mqtt/link.hpp"

#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace weir::mqtt {
namespace {

std::string text_of(int error) { return std::generic_category().message(error); }

struct Addresses {
  addrinfo* first = nullptr;
  Addresses(const std::string& host, const std::string& port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    const int failed = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &first);
    if (failed != 0) throw retry(host + " has no address: " + ::gai_strerror(failed));
  }
  Addresses(const Addresses&) = delete;
  Addresses& operator=(const Addresses&) = delete;
  ~Addresses() { ::freeaddrinfo(first); }
};

// 0, or what went wrong.
int connect_within(int descriptor, const addrinfo& to, int timeout_ms) {
  if (::connect(descriptor, to.ai_addr, to.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd one{descriptor, POLLOUT, 0};
  if (::poll(&one, 1, timeout_ms) <= 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

Link::Link(const Server& server, const common::TlsClient* tls, int timeout_ms) {
  open(server, timeout_ms);
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (server.tls && tls != nullptr) {
    tls_ = std::make_unique<common::TlsStream>(tls->connect(descriptor_, server.host));
  }
}

Link::~Link() {
  if (tls_) tls_->close();
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Link::open(const Server& server, int timeout_ms) {
  const Addresses all(server.host, server.port);
  int error = 0;
  for (const addrinfo* a = all.first; a != nullptr; a = a->ai_next) {
    descriptor_ = ::socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    error = descriptor_ < 0 ? errno : connect_within(descriptor_, *a, timeout_ms);
    if (error == 0) return;
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  throw retry(text_of(error));
}

void Link::lost(const std::string& why) { throw retry("the connection is lost: " + why); }

std::size_t Link::read(char* to, std::size_t n) {
  if (tls_) {
    const auto got = tls_->read(to, n);
    if (got.bytes == 0 && got.next == common::TlsStream::Next::end) lost("the broker ended it");
    return got.bytes;
  }
  const ssize_t got = ::recv(descriptor_, to, n, 0);
  if (got > 0) return static_cast<std::size_t>(got);
  if (got == 0) lost("the broker ended it");
  if (errno != EAGAIN && errno != EINTR) lost(text_of(errno));
  return 0;
}

std::size_t Link::write(const char* from, std::size_t n) {
  if (tls_) {
    const auto done = tls_->write(from, n);
    if (done.bytes == 0 && done.next == common::TlsStream::Next::end) lost("the broker ended it");
    return done.bytes;
  }
  const ssize_t done = ::send(descriptor_, from, n, MSG_NOSIGNAL);
  if (done >= 0) return static_cast<std::size_t>(done);
  if (errno != EAGAIN && errno != EINTR) lost(text_of(errno));
  return 0;
}

void Link::wait(bool to_write, int timeout_ms) const {
  const short events = static_cast<short>(POLLIN | (to_write ? POLLOUT : 0));
  pollfd one{descriptor_, events, 0};
  if (::poll(&one, 1, timeout_ms) < 0) errno = 0;
}

}  // namespace weir::mqtt
