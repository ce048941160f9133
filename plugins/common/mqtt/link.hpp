#pragma once

// A TCP connection to a broker, with TLS on it where that is asked for.
//
// Threads    One at a time. The constructor waits for the network, the others do not.
// Errors     weir::retry where there is no connection (any more).

#include <cstddef>
#include <memory>
#include <string>

#include "plugins/common/tls/tls_client.hpp"

namespace weir::mqtt {

struct Server {
  std::string host, port;
  bool tls = false;
  std::string text;  // as it was written
};

class Link {
 public:
  // tls: where the server wants it.
  Link(const Server& server, const common::TlsClient* tls, int timeout_ms);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  // How many bytes there are now, at most n; 0 = none.
  std::size_t read(char* to, std::size_t n);
  // How many bytes it took.
  std::size_t write(const char* from, std::size_t n);
  // Returns when there may be something to read, or room to write where that is wanted, or after that long.
  void wait(bool to_write, int timeout_ms) const;

 private:
  void open(const Server& server, int timeout_ms);
  [[noreturn]] static void lost(const std::string& why);

  int descriptor_ = -1;
  std::unique_ptr<common::TlsStream> tls_;
};

}  // namespace weir::mqtt
