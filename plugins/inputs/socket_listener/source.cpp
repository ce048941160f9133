#include "plugins/inputs/socket_listener/source.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <exception>
#include <string_view>
#include <utility>
#include <vector>

#include <weir/error.hpp>

namespace weir::socket_listener {
namespace {

constexpr std::size_t encoded_bytes = std::size_t{16} << 10;

class SocketSource final : public Source {
 public:
  explicit SocketSource(int descriptor) : descriptor_(descriptor) {}

  Result read(char* to, std::size_t n) override {
    ssize_t got = recv(descriptor_, to, n, 0);
    while (got < 0 && errno == EINTR) got = recv(descriptor_, to, n, 0);
    if (got <= 0) return {0, got < 0 && errno == EAGAIN ? Next::wait_readable : Next::end};
    const auto bytes = static_cast<std::size_t>(got);
    return {bytes, bytes == n ? Next::read : Next::wait_readable};
  }

 private:
  int descriptor_;
};

class TlsSource final : public Source {
 public:
  explicit TlsSource(common::TlsStream stream) : stream_(std::move(stream)) {}

  // Several TLS records, so that a batch is more than one of them. What was read before an error counts.
  Result read(char* to, std::size_t n) override {
    if (broken_) std::rethrow_exception(broken_);
    std::size_t done = 0;
    try {
      while (done < n) {
        const Result got = stream_.read(to + done, n - done);
        done += got.bytes;
        if (got.next != Next::read) return {done, got.next};
      }
    } catch (const fail&) {
      if (done == 0) throw;
      broken_ = std::current_exception();
    }
    return {done, Next::read};
  }
  void close() override { stream_.close(); }

 private:
  common::TlsStream stream_;
  std::exception_ptr broken_;
};

class DecodedSource final : public Source {
 public:
  DecodedSource(std::unique_ptr<Source> inner, common::Encoding encoding)
      : inner_(std::move(inner)), decoder_(encoding), encoded_(encoded_bytes) {}

  Result read(char* to, std::size_t n) override {
    std::size_t done = 0;
    while (true) {
      done += decoder_.decode(pending_, to + done, n - done);
      if (done == n) return {done, Next::read};
      if (ended_) return end(done);
      const Result got = inner_->read(encoded_.data(), encoded_.size());
      pending_ = {encoded_.data(), got.bytes};
      ended_ = got.next == Next::end;
      if (got.bytes == 0 && !ended_) return {done, got.next};
    }
  }
  void close() override { inner_->close(); }

 private:
  Result end(std::size_t done) const {
    if (done != 0) return {done, Next::read};
    if (!decoder_.complete()) throw fail("the compressed stream is cut off");
    return {0, Next::end};
  }

  std::unique_ptr<Source> inner_;
  common::StreamDecoder decoder_;
  std::vector<char> encoded_;
  std::string_view pending_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Source> make_source(int descriptor, const common::TlsServer* tls,
                                    common::Encoding encoding) {
  std::unique_ptr<Source> source;
  if (tls == nullptr) {
    source = std::make_unique<SocketSource>(descriptor);
  } else {
    source = std::make_unique<TlsSource>(tls->accept(descriptor));
  }
  if (encoding == common::Encoding::identity) return source;
  return std::make_unique<DecodedSource>(std::move(source), encoding);
}

}  // namespace weir::socket_listener
