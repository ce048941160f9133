#include "core/app/running_agent.hpp"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "core/app/configuration.hpp"
#include "core/runtime/admin_server.hpp"
#include "core/runtime/places.hpp"

namespace weir::app {
namespace {

struct Place {
  std::string address, token_file;
};

bool service_socket_exists() {
  const std::string path = std::string(runtime::service_admin_address).substr(5);
  return ::access(path.c_str(), F_OK) == 0;
}

// Where a service is without being asked to be elsewhere.
Place usual() {
  const std::string own = runtime::admin_address({}, runtime::process_environment);
  if (!own.empty()) return {own, {}};
  return {service_socket_exists() ? runtime::service_admin_address : "", {}};
}

// What the configuration says. One that cannot be read may be what the operator is about to repair: the agent that
// still runs with the one before is then where it usually is.
Place of_configuration(const CommandLine& line, std::string& why) {
  Catalog catalog({});
  Configuration configuration(line, catalog);
  const auto weir = configuration.load_weir();
  if (!weir) {
    why = "the configuration cannot be read, which would say where (weir config check)";
    return usual();
  }
  Place place{runtime::admin_address(*weir, runtime::process_environment), weir->admin_token_file};
  if (place.address.empty()) why = "the configuration does not set [weir] admin";
  return place;
}

Place look(const CommandLine& line, std::string& why) {
  if (!line.admin.empty()) return {line.admin, line.admin_token_file};
  if (!line.config.empty() || !line.config_directories.empty()) return of_configuration(line, why);
  Place place = usual();
  if (place.address.empty()) why = "nothing is at /run/weir/weir.sock, and no --config says where";
  return place;
}

// {"error":"..."}: the agent's own words.
std::string said(const runtime::AdminReply& reply) {
  const std::string words = error_in(reply.body);
  return words.empty()
             ? "the agent answered with status " + std::to_string(reply.status) + ": " + reply.body
             : words;
}

}  // namespace

Result<RunningAgent> RunningAgent::find(const CommandLine& line) {
  std::string why;
  Place place = look(line, why);
  if (place.address.empty()) {
    return Error{
        ErrorKind::bad_config,
        "no agent to ask was found: " + why +
            "; set it (\"unix:/run/weir/weir.sock\") and restart the agent, or say --admin"};
  }
  auto address = config::parse_admin_address(place.address);
  if (!address.ok()) return Error{ErrorKind::bad_config, "--admin: " + address.error().message};
  if (!line.admin_token_file.empty()) place.token_file = line.admin_token_file;
  if (!address.value().tcp()) return RunningAgent(std::move(address).value(), {});
  if (place.token_file.empty()) {
    return Error{ErrorKind::bad_config, "a TCP address needs --admin-token-file"};
  }
  auto token = runtime::read_token(place.token_file);
  if (!token.ok()) return token.error();
  return RunningAgent(std::move(address).value(), std::move(token).value());
}

Result<std::string> RunningAgent::ask(const std::string& method, const std::string& path,
                                      const std::string& body, int timeout_s) const {
  runtime::AdminQuestion question;
  question.method = method;
  question.path = path;
  question.body = body;
  question.token = token_;
  question.timeout_s = timeout_s;
  auto reply = runtime::ask_agent(address_, question);
  if (!reply.ok()) return reply.error();
  const unsigned hundreds = reply.value().status / 100;
  if (hundreds != 2) return Error{ErrorKind::permanent, said(reply.value())};
  return std::move(reply).value().body;
}

Result<AgentStatus> RunningAgent::status() const {
  const auto text = ask("GET", "/status");
  if (!text.ok()) return text.error();
  return parse_status(text.value());
}

int complain(const Error& error) {
  std::fprintf(stderr, "weir: %s\n", error.message.c_str());
  return 1;
}

}  // namespace weir::app
