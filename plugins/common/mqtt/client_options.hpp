#pragma once

// The options that MQTT plugins have in common: protocol, name, user, TLS; and where brokers are.
//
// A plugin inherits ClientOptions and adds ClientOptions::client_options to its own with std::tuple_cat.
//
// Threads    [life] only.
// Errors     weir::config_error with the option.

#include <memory>
#include <string>
#include <vector>

#include <weir/options.hpp>
#include <weir/sink.hpp>

#include "plugins/common/mqtt/connection.hpp"
#include "plugins/common/tls/tls_client.hpp"

namespace weir::mqtt {

struct ClientOptions : common::TlsClientOptions {
  std::vector<std::string> servers;
  std::string protocol, client_id;
  secret username, password;

  using C = ClientOptions;
  static constexpr const char* const protocols[] = {"", "3.1.1", "5"};
  static constexpr auto own_client_options = std::tuple{
      opt{"protocol", &C::protocol, "\"3.1.1\"", "Version of MQTT: 3.1.1 or 5"}.one_of(protocols),
      opt{"client_id", &C::client_id, "\"\"", "Name of this client; empty = a random one"},
      opt{"username", &C::username, nullptr, "User name"},
      opt{"password", &C::password, nullptr, "Password"}};
  static constexpr auto client_options = std::tuple_cat(own_client_options, tls_options);

  void check_client(const host& home) const;
  // Servers, version, name, user and password. prefix: of a random name.
  ConnectionSettings connection_settings(const host& home, const std::string& prefix) const;
  // Null where no server wants it.
  std::unique_ptr<common::TlsClient> tls_client(const host& home) const;
};

// "tcp://host:1883", "mqtts://[::1]", "host:1883"; option: named by the error.
Server parse_server(const std::string& text, const std::string& option);

}  // namespace weir::mqtt
