#pragma once

// One end of a TLS connection on a non-blocking socket.
//
// Threads    One thread at a time.
// Ownership  The descriptor is borrowed and stays open.
// Errors     A handshake or record that is not valid, and a peer that is not allowed, throw weir::fail.

#include <cstddef>
#include <cstdint>
#include <memory>

namespace weir::common {

namespace detail {
struct TlsFree {
  void operator()(void* connection) const;
};
}  // namespace detail

class TlsStream {
 public:
  // connection: an SSL* that this object owns from now on.
  explicit TlsStream(void* connection) : connection_(connection) {}

  // What has to happen before the next call: nothing (read), the socket has to become ready, or there is
  // no next one.
  enum class Next : std::uint8_t { read, wait_readable, wait_writable, end };
  struct Result {
    std::size_t bytes;
    Next next;
  };
  // Shakes hands first, where that is not done.
  Result read(char* to, std::size_t n);
  // The same for writing. What was not written has to be offered again, from wherever it is then.
  Result write(const char* from, std::size_t n);
  // Tells the peer that the connection ends; does not wait for its answer.
  void close();

 private:
  Result after(int done, std::size_t bytes);

  std::unique_ptr<void, detail::TlsFree> connection_;
  bool usable_ = true;  // no error happened on it
};

}  // namespace weir::common
