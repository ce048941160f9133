#include "core/pipeline/sockets.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <system_error>

namespace weir::pipeline {
namespace {

constexpr int backlog_default = 1024;

struct Address {
  std::string scheme, host, port;  // host is the path of a unix socket
};

Error cannot(const std::string& address, const std::string& why) {
  return {ErrorKind::unavailable, "cannot listen on " + address + ": " + why};
}

std::string reason(int error) {
  if (error == EADDRINUSE) {
    return "the address is in use (another agent or service has it; choose another port)";
  }
  if (error == EACCES) {
    return "no permission (ports below 1024 need CAP_NET_BIND_SERVICE; for a path, check its "
           "folder)";
  }
  return std::generic_category().message(error);
}

// "host:port", "[::1]:port" or ":port" behind scheme://.
Result<Address> split(const std::string& text) {
  const std::size_t at = text.find("://");
  if (at == std::string::npos) {
    return Error{ErrorKind::bad_config,
                 "\"" + text + "\" has no scheme: write tcp://, udp:// or unix:// before it"};
  }
  Address a{text.substr(0, at), text.substr(at + 3), {}};
  if (a.scheme.rfind("unix", 0) == 0) return a;
  const std::size_t colon = a.host.rfind(':');
  if (colon == std::string::npos) {
    return Error{ErrorKind::bad_config, "\"" + text + "\" has no port"};
  }
  a.port = a.host.substr(colon + 1);
  a.host.resize(colon);
  if (a.host.size() > 1 && a.host.front() == '[' && a.host.back() == ']') {
    a.host = a.host.substr(1, a.host.size() - 2);
  }
  return a;
}

int family_of(const std::string& scheme) {
  if (scheme.back() == '4') return AF_INET;
  return scheme.back() == '6' ? AF_INET6 : AF_UNSPEC;
}

// A socket with its options set and bound; -1 with errno.
int bound_socket(int family, int type, const sockaddr* address, socklen_t len,
                 const weir_listen_opts& opts) {
  const int fd = ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const int on = 1;
  const int off = 0;
  if (type == SOCK_STREAM) ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (opts.reuse_port != 0) ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (family == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (opts.read_buffer_bytes > 0) {
    const int bytes = static_cast<int>(opts.read_buffer_bytes);
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }
  const int backlog = opts.backlog > 0 ? opts.backlog : backlog_default;
  if (::bind(fd, address, len) == 0 && (type != SOCK_STREAM || ::listen(fd, backlog) == 0)) {
    return fd;
  }
  const int error = errno;
  ::close(fd);
  errno = error;
  return -1;
}

bool is_multicast(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    return IN_MULTICAST(ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr));
  }
  return address->sa_family == AF_INET6 &&
         IN6_IS_ADDR_MULTICAST(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr);
}

// Joins the group of a multicast address, on the named interface or on any.
bool join_group(int fd, const addrinfo& at, const weir_listen_opts& opts) {
  group_req request{};
  std::memcpy(&request.gr_group, at.ai_addr, at.ai_addrlen);
  const std::string name(opts.interface_name.ptr == nullptr ? "" : opts.interface_name.ptr,
                         opts.interface_name.len);
  request.gr_interface = name.empty() ? 0 : ::if_nametoindex(name.c_str());
  const int level =
      at.ai_family == AF_INET6 ? static_cast<int>(IPPROTO_IPV6) : static_cast<int>(IPPROTO_IP);
  return ::setsockopt(fd, level, MCAST_JOIN_GROUP, &request, sizeof request) == 0;
}

int open_inet(const Address& a, const weir_listen_opts& opts, std::string& why) {
  addrinfo hints{};
  hints.ai_family = family_of(a.scheme);
  hints.ai_socktype = a.scheme.rfind("tcp", 0) == 0 ? SOCK_STREAM : SOCK_DGRAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int failed =
      ::getaddrinfo(a.host.empty() ? nullptr : a.host.c_str(), a.port.c_str(), &hints, &found);
  if (failed != 0) {
    why = ::gai_strerror(failed);
    return -1;
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, &::freeaddrinfo);
  // Without a host, one IPv6 socket takes IPv4 as well.
  for (const int wanted : {AF_INET6, AF_INET}) {
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
      if (at->ai_family != wanted) continue;
      const int fd =
          bound_socket(at->ai_family, at->ai_socktype, at->ai_addr, at->ai_addrlen, opts);
      if (fd >= 0 && (!is_multicast(at->ai_addr) || join_group(fd, *at, opts))) return fd;
      why = reason(errno);
      if (fd >= 0) ::close(fd);
    }
  }
  return -1;
}

// A socket file that nobody listens on any more is in the way of a restart.
void remove_stale(const std::string& path, const sockaddr_un& address, int type) {
  const int probe = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  if (probe < 0) return;
  const bool alive =
      ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const int error = errno;
  ::close(probe);
  struct stat info{};
  const bool is_socket = ::stat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode);
  if (!alive && error == ECONNREFUSED && is_socket) ::unlink(path.c_str());
}

int open_unix(const Address& a, const weir_listen_opts& opts, std::string& why) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (a.host.size() >= sizeof address.sun_path) {
    why = "the path is longer than " + std::to_string(sizeof address.sun_path - 1) + " bytes";
    return -1;
  }
  std::memcpy(address.sun_path, a.host.data(), a.host.size());
  const int type = a.scheme == "unixgram" ? SOCK_DGRAM : SOCK_STREAM;
  remove_stale(a.host, address, type);
  const int fd = bound_socket(AF_UNIX, type, reinterpret_cast<const sockaddr*>(&address),
                              sizeof address, opts);
  if (fd < 0) {
    why = reason(errno);
  } else if (opts.socket_mode != 0) {
    ::chmod(a.host.c_str(), opts.socket_mode);
  }
  return fd;
}

}  // namespace

class Sockets::Path {
 public:
  explicit Path(std::string path) : path_(std::move(path)) {}
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;
  ~Path() { ::unlink(path_.c_str()); }

 private:
  const std::string path_;
};

Sockets::~Sockets() {
  while (!open_.empty()) close(open_.begin()->first);
}

Result<int> Sockets::open(const std::string& address, const weir_listen_opts& opts,
                          const void* owner) {
  const auto parts = split(address);
  if (!parts.ok()) return parts.error();
  const Address& a = parts.value();
  std::string why;
  const bool is_unix = a.scheme == "unix" || a.scheme == "unixgram";
  const bool is_inet = a.scheme.rfind("tcp", 0) == 0 || a.scheme.rfind("udp", 0) == 0;
  if (!is_unix && !is_inet) {
    return Error{ErrorKind::bad_config,
                 "\"" + a.scheme + "\" is no scheme to listen on: tcp, udp, unix, unixgram"};
  }
  const std::lock_guard lock(mutex_);
  if (const int shared = share_locked(address, opts, owner); shared >= 0) return shared;
  const int fd = is_unix ? open_unix(a, opts, why) : open_inet(a, opts, why);
  if (fd < 0) return cannot(address, why);
  open_[fd] = {address, owner, false, is_unix ? std::make_shared<Path>(a.host) : nullptr};
  return fd;
}

// One more descriptor of an offered socket, with the new options where they can still be set; -1: none is offered.
int Sockets::share_locked(const std::string& address, const weir_listen_opts& opts,
                          const void* owner) {
  for (auto& [old, entry] : open_) {
    if (!entry.offered || entry.address != address) continue;
    const int fd = ::fcntl(old, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) return -1;
    entry.offered = false;
    if (opts.read_buffer_bytes > 0) {
      const int bytes = static_cast<int>(opts.read_buffer_bytes);
      ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    }
    open_[fd] = {address, owner, false, entry.path};
    return fd;
  }
  return -1;
}

void Sockets::offer(const void* owner, bool on) {
  const std::lock_guard lock(mutex_);
  for (auto& [fd, entry] : open_) {
    if (entry.owner == owner) entry.offered = on;
  }
}

bool Sockets::any_of(const void* owner) {
  const std::lock_guard lock(mutex_);
  return std::any_of(open_.begin(), open_.end(),
                     [&](const auto& entry) { return entry.second.owner == owner; });
}

void Sockets::close(int fd) {
  const std::lock_guard lock(mutex_);
  const auto at = open_.find(fd);
  if (at == open_.end()) return;
  open_.erase(at);
  ::close(fd);
}

}  // namespace weir::pipeline
