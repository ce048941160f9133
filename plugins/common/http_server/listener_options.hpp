#pragma once

// The options that Telegraf's HTTP listeners have in common, and a server that keeps to them.
//
// A plugin inherits ListenerOptions, has service_address of its own (the default differs), and adds
// ListenerOptions::listener_options to its options with std::tuple_cat.
//
// Threads  [life] only.
// Errors   weir::config_error from check() and start(); weir::retry where the address is taken.

#include <memory>
#include <mutex>
#include <string>

#include <weir/options.hpp>
#include <weir/sink.hpp>

#include "plugins/common/http_server/server.hpp"
#include "plugins/common/sockets/listening_socket.hpp"
#include "plugins/common/tls/tls_server.hpp"

namespace weir::http {

struct ListenerOptions : common::TlsServerOptions {
  duration read_timeout, write_timeout;
  byte_size max_body_size;
  std::string basic_username;
  secret basic_password;

  using L = ListenerOptions;
  static constexpr auto own_listener_options = std::tuple{
      opt{"read_timeout", &L::read_timeout, "\"10s\"",
          "How long a request may take to arrive; less than 1s = 10s"},
      opt{"write_timeout", &L::write_timeout, "\"10s\"",
          "How long an answer may take to leave; less than 1s = 10s"},
      opt{"basic_username", &L::basic_username, "\"\"",
          "User for basic authentication; with basic_password, empty = open to all"},
      opt{"basic_password", &L::basic_password, nullptr, "Password for basic authentication"}};
  static constexpr auto listener_options =
      std::tuple_cat(own_listener_options, common::TlsServerOptions::tls_options);

  // body_bytes_max: where max_body_size is 0.
  ServerSettings server_settings(const host& home, std::int64_t body_bytes_max) const;
  // What a request's Authorization has to be; empty where not both are set, which is said in the log where one is.
  std::string basic_field(const host& home) const;
};

// A server on its own socket.
//
// Threads  open() and close() in [life]; notify() from any.
class Listener {
 public:
  // address: host:port, or with tcp:// or unix:// before it.
  void open(const host& home, const std::string& address, const std::string& socket_mode,
            const ServerSettings& settings, const Server::MakeHandler& make);
  // Requests that have begun may end, and handlers are notified until they have.
  void close();
  // Nothing happens where it is not open.
  void notify(std::uint32_t worker, std::uint64_t value);

 private:
  std::mutex mutex_;
  std::unique_ptr<common::ListeningSocket> socket_;
  std::unique_ptr<Server> server_;  // guarded by mutex_
};

}  // namespace weir::http
