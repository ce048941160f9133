#pragma once

// A small HTTP server for one page, on one thread.
//
// Threads  start() and stop() by one thread; the page is made on the server's thread.
// Errors   The constructor throws weir::config_error for certificates that cannot be used.
// Limits   connections_max at once; a request has at most request_bytes_max and read_timeout; an answer
//          write_timeout.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "plugins/common/tls/tls_server.hpp"

namespace weir::prometheus_client {

struct ServerSettings {
  std::string path;
  std::int64_t read_timeout_ns{0}, write_timeout_ns{0};
  std::string user, password;          // Empty user = open to all.
  std::vector<std::string> ip_ranges;  // CIDR; empty = all.
  std::vector<std::pair<std::string, std::string>> headers;
  common::TlsServerOptions tls;
  std::string tls_key_password;
  std::function<std::string()> page;
};

class Server {
 public:
  static constexpr int connections_max = 256;
  static constexpr std::size_t request_bytes_max = 16 << 10;

  // listener: a listening TCP or unix socket; borrowed.
  Server(ServerSettings settings, int listener);
  ~Server();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Is the address inside the range "10.0.0.0/8"? A range without a slash is one address.
bool in_range(const std::string& address, const std::string& range);

}  // namespace weir::prometheus_client
