#include "plugins/common/mqtt/client_options.hpp"

#include <array>
#include <random>

namespace weir::mqtt {
namespace {

constexpr std::size_t packet_max_bytes = std::size_t{16} << 20U;

struct Scheme {
  std::string_view name;
  bool tls;
};
constexpr std::array<Scheme, 6> schemes{{{"tcp", false},
                                         {"mqtt", false},
                                         {"ssl", true},
                                         {"tls", true},
                                         {"mqtts", true},
                                         {"tcps", true}}};

const Scheme& scheme_of(std::string_view name, const std::string& option) {
  for (const Scheme& one : schemes) {
    if (one.name == name) return one;
  }
  if (name == "ws" || name == "wss") {
    throw config_error(option, "MQTT over websockets is not supported; use tcp:// or ssl://");
  }
  throw config_error(option, "\"" + std::string(name) + "://\" is unknown; use tcp:// or ssl://");
}

std::string random_name(const std::string& prefix) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;
  std::uniform_int_distribution<std::size_t> any(0, letters.size() - 1);
  std::string name = prefix;
  for (int i = 0; i < 8; ++i) name += letters[any(random)];
  return name;
}

}  // namespace

Server parse_server(const std::string& text, const std::string& option) {
  Server server;
  server.text = text;
  std::string_view rest = text;
  if (const std::size_t colon = rest.find("://"); colon != std::string_view::npos) {
    server.tls = scheme_of(rest.substr(0, colon), option).tls;
    rest.remove_prefix(colon + 3);
  }
  while (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
  const std::size_t bracket = rest.rfind(']');
  const std::size_t colon = rest.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  server.port = has_port ? std::string(rest.substr(colon + 1)) : server.tls ? "8883" : "1883";
  std::string_view name = has_port ? rest.substr(0, colon) : rest;
  if (name.size() > 1 && name.front() == '[') name = name.substr(1, name.size() - 2);
  server.host = name;
  const bool digits = server.port.find_first_not_of("0123456789") == std::string::npos;
  if (server.host.empty() || server.port.empty() || !digits) {
    throw config_error(option, "\"" + text + "\" is no server; write tcp://host:1883");
  }
  return server;
}

void ClientOptions::check_client(const host& home) const {
  if (servers.empty()) throw config_error("servers", "at least one server is needed");
  for (std::size_t i = 0; i < servers.size(); ++i) {
    parse_server(servers[i], "servers[" + std::to_string(i) + "]");
  }
  check();
  if (const std::string text = without_effect(); !text.empty()) home.warn(text);
}

ConnectionSettings ClientOptions::connection_settings(const host& home,
                                                      const std::string& prefix) const {
  ConnectionSettings s;
  for (const std::string& text : servers) {
    s.servers.push_back(parse_server(text, "servers"));
    s.servers.back().tls = tls_enable.value_or(s.servers.back().tls);
  }
  s.packet_max = packet_max_bytes;
  s.connect.version = protocol == "5" ? Version::v5 : Version::v311;
  s.connect.client_id = client_id.empty() ? random_name(prefix) : client_id;
  const std::string user = username.set ? home.reveal(username.handle) : "";
  if (!user.empty()) {
    s.connect.username = user;
    s.connect.password = home.reveal(password.handle);
  }
  return s;
}

std::unique_ptr<common::TlsClient> ClientOptions::tls_client(const host& home) const {
  bool wanted = tls_enable.value_or(false);
  for (const std::string& text : servers) wanted = wanted || parse_server(text, "servers").tls;
  if (!wanted) return nullptr;
  return std::make_unique<common::TlsClient>(*this, home.reveal(tls_key_pwd.handle));
}

}  // namespace weir::mqtt
