#pragma once

// A small HTTP server for the operators of this machine: one request a connection, each answered by a function.
//
// Threads  One of its own, on which the handler is called; it must be short, and may answer later and from any
//          thread. What is answered after close() is dropped.
// Errors   open() says why: an address that is taken, a token file that cannot be read.
// Limits   connections_max at a time (the next ones wait to be accepted), head_bytes_max and body_bytes_max of a
//          request, io_timeout to read or write one, answer_timeout for the handler.
// Rights   A Unix socket is open to its owner and group. By TCP every request has to bring the token,
//          "Authorization: Bearer TOKEN".

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "core/config/admin_address.hpp"

namespace weir::runtime {

struct AdminRequest {
  std::string method, path, body;  // "GET", "/status"
};

struct AdminAnswer {
  unsigned status{200};
  std::string type{"application/json"};
  std::string body;
  std::string allow;  // Of a 405: the methods there are.
};

class AdminServer {
 public:
  static constexpr std::size_t connections_max = 16;
  static constexpr std::uint32_t head_bytes_max = 8 << 10;
  static constexpr std::uint64_t body_bytes_max = 64 << 10;
  static constexpr int io_timeout_s = 10;
  static constexpr int answer_timeout_s = 120;

  using Reply = std::function<void(AdminAnswer)>;
  using Handler = std::function<void(const AdminRequest&, Reply)>;
  struct Settings {
    config::AdminAddress address;
    std::string token;  // Empty: none is asked for.
  };

  static Result<std::unique_ptr<AdminServer>> open(const Settings& settings, Handler handler);
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;
  ~AdminServer();

  // Of a TCP address with port 0: the one the system chose.
  [[nodiscard]] std::uint16_t port() const;
  // Ends the thread and the connections.
  void close();

 private:
  class Impl;
  explicit AdminServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The first line of the file: bad_config where there is none.
Result<std::string> read_token(const std::string& file);

// Takes as long however many characters are right.
bool same_secret(const std::string& given, const std::string& wanted);

}  // namespace weir::runtime
