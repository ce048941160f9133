#include "plugins/outputs/prometheus_client/prometheus_client.hpp"

#include <prometheus/text_serializer.h>

namespace weir::prometheus_client {
namespace {

constexpr std::size_t slot_refused = 0;

}  // namespace

void PrometheusClient::init() {
  check();
  if (path.empty() || path.front() != '/') throw config_error("path", "has to begin with a slash");
  for (const auto& range : ip_range) {
    if (!in_range("0.0.0.0", range) && !in_range("::", range) &&
        range.find_first_not_of("0123456789abcdefABCDEF.:/") != std::string::npos) {
      throw config_error("ip_range", "\"" + range + "\" is no network; write 192.168.0.0/24");
    }
  }
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
  const auto* sockets = self.extension<weir_listen_v1>(WEIR_EXT_LISTEN);
  weir_listen_opts opts{};
  opts.size = sizeof opts;
  weir_err err = make_err();
  const std::string at = address();
  const weir_status status = sockets->open(self.context(), borrow(at), &opts, &socket_, &err);
  if (status == WEIR_E_CONFIG) throw config_error("listen", std::string(message_of(err)));
  if (status != WEIR_OK) throw retry(std::string(message_of(err)));
  ServerSettings s;
  s.path = path;
  s.read_timeout_ns = read_timeout.ns;
  s.write_timeout_ns = write_timeout.ns;
  s.user = basic_username;
  if (basic_password.set) s.password = self.reveal(basic_password.handle);
  s.ip_ranges = ip_range;
  s.headers = http_headers;
  s.tls = static_cast<const common::TlsServerOptions&>(*this);
  if (tls_key_pwd.set) s.tls_key_password = self.reveal(tls_key_pwd.handle);
  s.page = [this] { return page(); };
  server_ = std::make_unique<Server>(std::move(s), socket_);
  self.info("Listening on " + at + path);
}

void PrometheusClient::stop() {
  server_.reset();
  if (socket_ < 0) return;
  self.extension<weir_listen_v1>(WEIR_EXT_LISTEN)->close(self.context(), socket_);
  socket_ = -1;
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
