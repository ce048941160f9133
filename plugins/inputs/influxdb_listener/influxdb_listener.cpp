#include "plugins/inputs/influxdb_listener/influxdb_listener.hpp"

#include <algorithm>
#include <thread>

namespace weir::influxdb_listener {
namespace {

constexpr std::int64_t default_body_bytes = std::int64_t{32} << 20U;
constexpr std::int64_t body_bytes_max = std::int64_t{1} << 30U;

std::uint32_t workers() { return std::clamp(std::thread::hardware_concurrency(), 1U, 4U); }

}  // namespace

void InfluxdbListener::init() {
  check();
  if (max_body_size.bytes > body_bytes_max) {
    throw config_error("max_body_size", "can be 1GiB at most: a body is parsed in one piece");
  }
  if (token_shared_secret.set && (!basic_username.empty() || basic_password.set)) {
    throw config_error("token_shared_secret",
                       "is set beside basic_username or basic_password; only one way can be");
  }
  if (token_shared_secret.set && token_username.empty()) {
    throw config_error("token_username", "has to be set beside token_shared_secret");
  }
  writing_.home = self;
  writing_.upstream = parser_type == "upstream";
  writing_.database_tag = database_tag;
  writing_.retention_policy_tag = retention_policy_tag;
}

void InfluxdbListener::start() {
  writing_.token_secret =
      token_shared_secret.set ? self.reveal(token_shared_secret.handle) : std::string();
  writing_.token_username = token_username;
  writing_.basic = basic_field(self);
  if (!writing_.basic.empty()) {
    writing_.plain_token = "Token " + basic_username + ':' + self.reveal(basic_password.handle);
  }
  http::ServerSettings settings = server_settings(self, default_body_bytes);
  settings.workers = workers();
  listener_.open(self, service_address, "", settings,
                 [this](std::uint32_t worker, http::Connections& connections) {
                   return std::make_unique<WriteHandler>(writing_, worker, connections);
                 });
}

void InfluxdbListener::stop() { listener_.close(); }

// A lane is a worker.
void InfluxdbListener::resume(std::uint32_t lane) { listener_.notify(lane, 0); }

}  // namespace weir::influxdb_listener

WEIR_MODULE("influxdb_listener", "1.0.0", weir::influxdb_listener::InfluxdbListener)
