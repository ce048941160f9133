#include "plugins/outputs/prometheus_client/prometheus_client.hpp"

#include <prometheus/text_serializer.h>

#include "plugins/common/http/credentials.hpp"
#include "plugins/common/http_server/server.hpp"
#include "plugins/common/sockets/listening_socket.hpp"
#include "plugins/outputs/prometheus_client/page_handler.hpp"

namespace weir::prometheus_client {
namespace {

constexpr std::size_t slot_refused = 0;
constexpr std::uint32_t connections_max = 256;

}  // namespace

PrometheusClient::PrometheusClient() = default;
PrometheusClient::~PrometheusClient() = default;

void PrometheusClient::init() {
  check();
  if (path.empty() || path.front() != '/') throw config_error("path", "has to begin with a slash");
  networks_ = Networks(ip_range);
  CollectionSettings s;
  s.version = static_cast<int>(metric_version);
  s.rules.string_as_label = string_as_label;
  s.rules.names = common::name_rule(name_sanitization);
  s.rules.compile(metric_types, "metric_types");
  s.export_timestamp = export_timestamp;
  s.expiration_ns = expiration_interval.ns;
  if (const auto* budget = self.extension<weir_budget_v1>(WEIR_EXT_BUDGET)) {
    s.charge = [budget, ctx = self.context()](std::int64_t bytes) {
      return budget->charge(ctx, bytes) == WEIR_OK;
    };
  }
  collection_ = std::make_unique<Collection>(std::move(s));
}

std::string PrometheusClient::address() const {
  return listen.find("://") == std::string::npos ? "tcp://" + listen : listen;
}

void PrometheusClient::start() {
  if (server_) return;
  http::ServerSettings settings;
  settings.limits.read_timeout_ns = read_timeout.ns;
  settings.limits.write_timeout_ns = write_timeout.ns;
  settings.connections_max = connections_max;
  if (wanted()) {
    const std::string password = tls_key_pwd.set ? self.reveal(tls_key_pwd.handle) : "";
    settings.tls = std::make_shared<common::TlsServer>(*this, password);
  }
  socket_ = std::make_unique<common::ListeningSocket>(self, address(), "listen");
  server_ = std::make_unique<http::Server>(
      self, settings, socket_->descriptor(),
      [this](std::uint32_t, http::Connections&) { return make_handler(); });
  self.info("Listening on " + address() + path);
}

std::unique_ptr<http::Handler> PrometheusClient::make_handler() const {
  PageSettings page_of;
  page_of.path = path;
  if (!basic_username.empty()) {
    const std::string password = basic_password.set ? self.reveal(basic_password.handle) : "";
    page_of.authorization = http::basic_authorization(basic_username, password);
  }
  page_of.networks = networks_;
  page_of.fields = http_headers;
  page_of.page = [this] { return page(); };
  page_of.warn = [this](const std::string& why) { self.warn(why); };
  return std::make_unique<PageHandler>(std::move(page_of));
}

void PrometheusClient::stop() {
  server_.reset();
  socket_.reset();
}

void PrometheusClient::write(const delivery& rows) {
  const std::int64_t now = self.now();
  std::uint64_t refused = 0;
  for (const row r : rows) refused += collection_->add(r, now);
  collection_->expire(now);
  if (refused == 0) return;
  self.count(slot_refused, refused);
  self.error(
      "new series are left out: the memory budget is spent ([weir] memory_limit, "
      "expiration_interval)");
}

std::string PrometheusClient::page() const {
  collection_->expire(self.now());
  return prometheus::TextSerializer().Serialize(collection_->families());
}

}  // namespace weir::prometheus_client

WEIR_MODULE("prometheus_client", "1.0.0", weir::prometheus_client::PrometheusClient)
