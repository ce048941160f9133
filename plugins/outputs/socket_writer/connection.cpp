#include "plugins/outputs/socket_writer/connection.hpp"

#include <linux/vm_sockets.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include <weir/error.hpp>

namespace weir::socket_writer {
namespace {

// What a peer said that nobody wants to know is read in this many pieces at a time.
constexpr int pieces_read_max = 16;

struct AddressesFree {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, AddressesFree>;

std::string text_of(int error) { return std::generic_category().message(error); }

// 0, or why not.
int wait_for(int descriptor, short what, int limit_ms) {
  pollfd one{descriptor, what, 0};
  int ready = 0;
  do {
    ready = ::poll(&one, 1, limit_ms);
  } while (ready < 0 && errno == EINTR);
  if (ready < 0) return errno;
  return ready == 0 ? ETIMEDOUT : 0;
}

Addresses resolve(const Address& a) {
  addrinfo hints{};
  hints.ai_family = a.family;
  hints.ai_socktype = a.type;
  addrinfo* list = nullptr;
  const int error =
      ::getaddrinfo(a.host.empty() ? nullptr : a.host.c_str(), a.service.c_str(), &hints, &list);
  if (error != 0) throw retry(a.text + " cannot be resolved: " + ::gai_strerror(error));
  return Addresses(list);
}

[[noreturn]] void say_unreachable(const Address& a, int error) {
  throw retry("cannot connect to " + a.text + ": " + text_of(error));
}

}  // namespace

Connection::Connection(const Address& to, const common::TlsClient* tls) {
  if (to.family == AF_UNIX) {
    connect_unix(to);
  } else if (to.family == AF_VSOCK) {
    connect_vsock(to);
  } else {
    connect_host(to);
  }
  if (tls != nullptr) {
    tls_ = std::make_unique<common::TlsStream>(tls->connect(descriptor_, to.host));
  }
}

Connection::~Connection() {
  if (tls_) tls_->close();
  tls_.reset();
  close();
}

void Connection::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

void Connection::connect_unix(const Address& to) {
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  to.path.copy(at.sun_path, sizeof at.sun_path - 1);
  const int error = try_connect(AF_UNIX, to.type, &at, sizeof at);
  if (error != 0) say_unreachable(to, error);
}

void Connection::connect_vsock(const Address& to) {
  sockaddr_vm at{};
  at.svm_family = AF_VSOCK;
  at.svm_cid = to.cid;
  at.svm_port = to.port;
  const int error = try_connect(AF_VSOCK, to.type, &at, sizeof at);
  if (error != 0) say_unreachable(to, error);
}

// The first of the name's addresses that answers.
void Connection::connect_host(const Address& to) {
  const Addresses all = resolve(to);
  int error = EADDRNOTAVAIL;
  for (const addrinfo* at = all.get(); at != nullptr; at = at->ai_next) {
    error = try_connect(at->ai_family, at->ai_socktype, at->ai_addr, at->ai_addrlen);
    if (error == 0) return;
  }
  say_unreachable(to, error);
}

// 0 and a descriptor, or why not.
int Connection::try_connect(int family, int type, const void* to, unsigned bytes) {
  close();
  descriptor_ = ::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor_ < 0) return errno;
  int error = 0;
  if (::connect(descriptor_, static_cast<const sockaddr*>(to), bytes) != 0) error = errno;
  if (error == EINPROGRESS) {
    error = wait_for(descriptor_, POLLOUT, connect_limit_ms);
    socklen_t size = sizeof error;
    if (error == 0) ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
  }
  if (error != 0) close();
  return error;
}

bool Connection::ended() {
  try {
    return read_away();
  } catch (const fail&) {  // What TLS finds wrong ends it, too.
    return true;
  }
}

// Reads what the peer says, which nobody waits for. True when it ended.
bool Connection::read_away() {
  std::array<char, 4096> piece{};
  for (int i = 0; i < pieces_read_max; ++i) {
    if (tls_) {
      const auto [bytes, next] = tls_->read(piece.data(), piece.size());
      if (next == common::TlsStream::Next::end) return true;
      if (next != common::TlsStream::Next::read) return false;
      continue;
    }
    const ssize_t n = ::recv(descriptor_, piece.data(), piece.size(), MSG_DONTWAIT);
    if (n == 0) return true;
    if (n < 0) return errno != EAGAIN && errno != EINTR;
  }
  return false;
}

void Connection::send(std::string_view bytes) {
  while (!bytes.empty()) bytes.remove_prefix(write_some(bytes));
}

std::size_t Connection::write_some(std::string_view bytes) {
  return tls_ ? write_tls(bytes) : write_plain(bytes);
}

std::size_t Connection::write_plain(std::string_view bytes) const {
  const ssize_t n = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (n >= 0) return static_cast<std::size_t>(n);
  int error = errno;
  if (error == EINTR) return 0;
  if (error == EAGAIN) error = wait_for(descriptor_, POLLOUT, stall_limit_ms);
  if (error != 0) throw retry("the connection broke: " + text_of(error));
  return 0;
}

std::size_t Connection::write_tls(std::string_view bytes) {
  using Next = common::TlsStream::Next;
  common::TlsStream::Result done{};
  try {
    done = tls_->write(bytes.data(), bytes.size());
  } catch (const fail& why) {
    throw retry(why.what());
  }
  if (done.next == Next::end) throw retry("the peer ended the connection");
  if (done.bytes != 0 || done.next == Next::read) return done.bytes;
  const short what = done.next == Next::wait_readable ? POLLIN : POLLOUT;
  const int error = wait_for(descriptor_, what, stall_limit_ms);
  if (error != 0) throw retry("the connection broke: " + text_of(error));
  return 0;
}

bool Connection::send_message(std::string_view bytes) const {
  for (;;) {
    if (::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL) >= 0) return true;
    int error = errno;
    if (error == EMSGSIZE) return false;
    if (error == EINTR) continue;
    if (error == EAGAIN) error = wait_for(descriptor_, POLLOUT, stall_limit_ms);
    if (error != 0) throw retry("the message was not sent: " + text_of(error));
  }
}

}  // namespace weir::socket_writer
