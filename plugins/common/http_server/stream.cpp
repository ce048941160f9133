#include "plugins/common/http_server/stream.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace weir::http {
namespace {

class PlainStream final : public Stream {
 public:
  explicit PlainStream(int descriptor) : descriptor_(descriptor) {}

  Result read(char* to, std::size_t n) override {
    ssize_t got = recv(descriptor_, to, n, 0);
    while (got < 0 && errno == EINTR) got = recv(descriptor_, to, n, 0);
    if (got <= 0) return {0, got < 0 && errno == EAGAIN ? Next::wait_readable : Next::end};
    const auto bytes = static_cast<std::size_t>(got);
    return {bytes, bytes == n ? Next::read : Next::wait_readable};
  }
  Result write(const char* from, std::size_t n) override {
    ssize_t sent = send(descriptor_, from, n, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR) sent = send(descriptor_, from, n, MSG_NOSIGNAL);
    if (sent < 0) return {0, errno == EAGAIN ? Next::wait_writable : Next::end};
    const auto bytes = static_cast<std::size_t>(sent);
    return {bytes, bytes == n ? Next::read : Next::wait_writable};
  }
  void finish() override { shutdown(descriptor_, SHUT_WR); }

 private:
  int descriptor_;
};

class SecureStream final : public Stream {
 public:
  SecureStream(int descriptor, common::TlsStream stream)
      : descriptor_(descriptor), stream_(std::move(stream)) {}

  Result read(char* to, std::size_t n) override { return stream_.read(to, n); }
  Result write(const char* from, std::size_t n) override { return stream_.write(from, n); }
  void finish() override {
    stream_.close();
    shutdown(descriptor_, SHUT_WR);
  }

 private:
  int descriptor_;
  common::TlsStream stream_;
};

}  // namespace

std::unique_ptr<Stream> make_stream(int descriptor, const common::TlsServer* tls) {
  if (tls == nullptr) return std::make_unique<PlainStream>(descriptor);
  return std::make_unique<SecureStream>(descriptor, tls->accept(descriptor));
}

}  // namespace weir::http
