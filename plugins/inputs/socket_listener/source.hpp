#pragma once

// Where a connection's bytes come from: the socket, TLS on it, a decoder on either.
//
// Threads    One thread at a time.
// Ownership  The descriptor is borrowed.
// Errors     Bytes that break TLS or the encoding throw weir::fail. A peer that is gone is an end.

#include <cstddef>
#include <memory>

#include "plugins/common/compression/compression.hpp"
#include "plugins/common/tls/tls_server.hpp"

namespace weir::socket_listener {

class Source {
 public:
  using Next = common::TlsStream::Next;
  using Result = common::TlsStream::Result;

  virtual ~Source() = default;
  // Never waits. Bytes may come together with any Next.
  virtual Result read(char* to, std::size_t n) = 0;
  // Tells the peer that the connection ends.
  virtual void close() {}
};

// tls may be null.
std::unique_ptr<Source> make_source(int descriptor, const common::TlsServer* tls,
                                    common::Encoding encoding);

}  // namespace weir::socket_listener
