#pragma once

// outputs.prometheus_client: exposes the metrics for Prometheus to scrape.

#include <memory>
#include <string>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/tls/tls_server.hpp"
#include "plugins/outputs/prometheus_client/collection.hpp"
#include "plugins/outputs/prometheus_client/networks.hpp"

namespace weir::common {
class ListeningSocket;
}
namespace weir::http {
class Handler;
class Server;
}  // namespace weir::http

namespace weir::prometheus_client {

struct PrometheusClient : common::TlsServerOptions {
  static constexpr info meta{"prometheus_client", "1.0.0",
                             "Exposes metrics for Prometheus to scrape", WEIR_OWN_THREADS};
  static constexpr weir_metric_decl refused_series{
      sizeof(weir_metric_decl), WEIR_COUNTER, "series_refused", "series",
      "Series left out because the memory budget was spent"};
  static constexpr const weir_metric_decl* metrics[] = {&refused_series, nullptr};
  static constexpr const char* needs[] = {WEIR_EXT_LISTEN, nullptr};
  host self;

  std::string listen, path, basic_username, name_sanitization;
  secret basic_password;
  duration read_timeout, write_timeout, expiration_interval;
  std::int64_t metric_version{};
  std::vector<std::string> ip_range, collectors_exclude;
  bool string_as_label{}, export_timestamp{};
  map<std::string> http_headers;
  common::MetricTypes metric_types;

  using Me = PrometheusClient;
  static constexpr auto own_options = std::tuple{
      opt{"listen", &Me::listen, "\":9273\"", "Address to listen on, host:port or unix:///path"},
      opt{"read_timeout", &Me::read_timeout, "\"10s\"", "How long a request may take to arrive"},
      opt{"write_timeout", &Me::write_timeout, "\"10s\"", "How long an answer may take to leave"},
      opt{"metric_version", &Me::metric_version, "1",
          "How histograms and summaries look inside: 1 or 2"}
          .in("1..2"),
      opt{"basic_username", &Me::basic_username, "\"\"",
          "User for basic authentication; empty = open to all"},
      opt{"basic_password", &Me::basic_password, nullptr, "Password for basic authentication"},
      opt{"ip_range", &Me::ip_range, "[]", "Networks that may scrape, in CIDR form; empty = all"},
      opt{"path", &Me::path, "\"/metrics\"", "Path of the page"},
      opt{"expiration_interval", &Me::expiration_interval, "\"60s\"",
          "A series is gone so long after its last metric; 0 = never"},
      opt{"collectors_exclude", &Me::collectors_exclude, "[]",
          "gocollector, process: known, but this agent has neither"},
      opt{"string_as_label", &Me::string_as_label, "true", "String fields become labels"},
      opt{"name_sanitization", &Me::name_sanitization, "\"legacy\"", "Names as ASCII, or as UTF-8"}
          .one_of(common::name_rules),
      opt{"export_timestamp", &Me::export_timestamp, "false", "Say each metric's own time"},
      opt{"http_headers", &Me::http_headers, "{}", "Headers added to each answer"},
      opt{"metric_types", &Me::metric_types, nullptr,
          "Types of metrics whose own type is not right"}};
  static constexpr auto options = std::tuple_cat(own_options, TlsServerOptions::tls_options);

  PrometheusClient();
  ~PrometheusClient();

  void init();
  void start();
  void stop();
  void write(const delivery& rows);

 private:
  std::string page() const;
  [[nodiscard]] std::string address() const;
  std::unique_ptr<http::Handler> make_handler() const;

  Networks networks_;
  std::unique_ptr<Collection> collection_;
  std::unique_ptr<common::ListeningSocket> socket_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace weir::prometheus_client
