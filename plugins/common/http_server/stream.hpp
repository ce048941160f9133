#pragma once

// The bytes of an accepted connection, plain or by TLS: one type for both, so that what reads and writes them is
// compiled once.
//
// Threads    One thread at a time.
// Ownership  The descriptor is borrowed.
// Errors     TLS that is not valid throws weir::fail. A connection that broke has ended.

#include <memory>

#include "plugins/common/tls/tls_server.hpp"

namespace weir::http {

class Stream {
 public:
  using Next = common::TlsStream::Next;
  using Result = common::TlsStream::Result;

  virtual ~Stream() = default;
  // Neither waits. Bytes may come together with any Next.
  virtual Result read(char* to, std::size_t n) = 0;
  virtual Result write(const char* from, std::size_t n) = 0;
  // Nothing follows from this side.
  virtual void finish() = 0;
};

// tls may be null.
std::unique_ptr<Stream> make_stream(int descriptor, const common::TlsServer* tls);

}  // namespace weir::http
