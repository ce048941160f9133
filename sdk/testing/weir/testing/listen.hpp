#pragma once

// weir.listen/1 with real sockets, for tests: port 0 takes a free one.
//
// Threads    One call at a time.
// Ownership  The object closes what it opened.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <vector>

#include <weir/error.hpp>

namespace weir {
namespace testing __attribute__((visibility("hidden"))) {

  class listeners {
   public:
    listeners() = default;
    listeners(const listeners&) = delete;
    listeners& operator=(const listeners&) = delete;
    ~listeners() {
      for (const entry& e : open_) shut(e);
    }

    struct entry {
      int fd;
      std::uint16_t port;  // 0 for a unix socket
      std::string path;    // of a unix socket
    };
    const std::vector<entry>& all() const { return open_; }

    weir_status open(std::string_view address, const weir_listen_opts& o, std::int32_t* fd,
                     weir_err* err) {
      const std::size_t colon = address.find("://");
      if (colon == std::string_view::npos) {
        return fill(err, WEIR_E_CONFIG, "address without scheme: " + std::string(address));
      }
      const std::string scheme(address.substr(0, colon));
      const std::string rest(address.substr(colon + 3));
      const bool unix_path = scheme == "unix" || scheme == "unixgram";
      const int made = unix_path ? open_unix(scheme, rest, o) : open_inet(scheme, rest, o);
      if (made < 0) {
        return fill(err, WEIR_E_RETRY,
                    "cannot listen on " + std::string(address) + ": " +
                        std::generic_category().message(errno));
      }
      *fd = made;
      return WEIR_OK;
    }
    void close(std::int32_t fd) {
      for (std::size_t i = 0; i < open_.size(); ++i) {
        if (open_[i].fd != fd) continue;
        shut(open_[i]);
        open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(i));
        return;
      }
    }

   private:
    static void shut(const entry& e) {
      ::close(e.fd);
      if (!e.path.empty()) ::unlink(e.path.c_str());
    }
    int open_unix(const std::string& scheme, const std::string& path, const weir_listen_opts& o) {
      sockaddr_un a{};
      a.sun_family = AF_UNIX;
      if (path.size() >= sizeof a.sun_path) return errno = ENAMETOOLONG, -1;
      std::memcpy(a.sun_path, path.data(), path.size());
      ::unlink(path.c_str());
      const int type = scheme == "unix" ? SOCK_STREAM : SOCK_DGRAM;
      const int fd = bound(AF_UNIX, type, reinterpret_cast<const sockaddr*>(&a), sizeof a, o);
      if (fd < 0) return fd;
      if (o.socket_mode != 0) ::chmod(path.c_str(), o.socket_mode);
      open_.push_back({fd, 0, path});
      return fd;
    }
    int open_inet(const std::string& scheme, const std::string& rest, const weir_listen_opts& o) {
      const bool tcp = scheme.substr(0, 3) == "tcp";
      const std::size_t colon = rest.rfind(':');
      if (colon == std::string::npos) return errno = EINVAL, -1;
      std::string name = rest.substr(0, colon);
      if (name.size() > 1 && name[0] == '[') name = name.substr(1, name.size() - 2);
      addrinfo want{};
      want.ai_family = scheme.back() == '6' ? AF_INET6 : AF_INET;
      if (name.find(':') != std::string::npos) want.ai_family = AF_INET6;
      want.ai_socktype = tcp ? SOCK_STREAM : SOCK_DGRAM;
      if (name.empty()) {
        name = want.ai_family == AF_INET6 ? "::1" : "127.0.0.1";  // tests stay on the loopback
      }
      addrinfo* found = nullptr;
      if (::getaddrinfo(name.c_str(), rest.substr(colon + 1).c_str(), &want, &found) != 0) {
        return errno = EINVAL, -1;
      }
      const int fd =
          bound(found->ai_family, found->ai_socktype, found->ai_addr, found->ai_addrlen, o);
      ::freeaddrinfo(found);
      if (fd >= 0) open_.push_back({fd, port_of(fd), ""});
      return fd;
    }
    static int bound(int family, int type, const sockaddr* a, socklen_t n,
                     const weir_listen_opts& o) {
      const int fd = ::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      if (fd < 0) return -1;
      const int one = 1;
      ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
      const int bytes = static_cast<int>(o.read_buffer_bytes);
      if (bytes > 0) ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
      const bool ok = ::bind(fd, a, n) == 0 &&
                      (type != SOCK_STREAM || ::listen(fd, o.backlog > 0 ? o.backlog : 128) == 0);
      if (ok) return fd;
      const int why = errno;
      ::close(fd);
      return errno = why, -1;
    }
    static std::uint16_t port_of(int fd) {
      sockaddr_storage a{};
      socklen_t n = sizeof a;
      if (::getsockname(fd, reinterpret_cast<sockaddr*>(&a), &n) != 0) return 0;
      const bool v6 = a.ss_family == AF_INET6;
      return ntohs(v6 ? reinterpret_cast<sockaddr_in6&>(a).sin6_port
                      : reinterpret_cast<sockaddr_in&>(a).sin_port);
    }

    std::vector<entry> open_;
  };

}  // namespace testing
}  // namespace weir
