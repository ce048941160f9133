#pragma once

// inputs.prometheus: scrapes endpoints that speak Prometheus' or OpenMetrics' formats.
//
// A gather asks all endpoints at the same time, parallel_max of them at once, and reads the answers one after the
// other, each with a reader that knows the endpoint's series from the time before.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/http_client/session.hpp"
#include "plugins/inputs/prometheus/kubernetes.hpp"
#include "plugins/inputs/prometheus/target.hpp"

namespace weir::prometheus_input {

struct HttpDiscovery {
  bool enabled{};
  std::string url;
  duration query_interval;
  static constexpr auto options = std::tuple{
      opt{"enabled", &HttpDiscovery::enabled, "false", "Ask for endpoints"},
      opt{"url", &HttpDiscovery::url, "\"http://localhost:9000/service-discovery\"", "Where"},
      opt{"query_interval", &HttpDiscovery::query_interval, "\"5m\"", "How often"}};
};

struct Prometheus : http::SessionOptions, KubernetesOptions {
  static constexpr info meta{"prometheus", "1.0.0", "Scrapes Prometheus endpoints", WEIR_MAY_BLOCK};
  static constexpr std::size_t body_bytes_max = std::size_t{256} << 20U;
  static constexpr std::size_t discovery_bytes_max = std::size_t{16} << 20U;
  static constexpr std::size_t parallel_max = 64;

  host self;
  std::vector<std::string> urls, kubernetes_services;
  std::int64_t metric_version{};
  std::string url_tag, content_type_override, bearer_token;
  bool ignore_timestamp{}, enable_request_metrics{};
  byte_size content_length_limit;
  secret bearer_token_string, username, password;
  map<std::string> http_headers;
  HttpDiscovery http_service_discovery;
  ConsulDiscovery consul;

  static constexpr auto own_options = std::tuple{
      opt{"urls", &Prometheus::urls, "[]",
          "Endpoints: http://, https://, or unix:///socket?path=/metrics"},
      opt{"metric_version", &Prometheus::metric_version, "1", "How families become metrics, 1 or 2"}
          .in("0..2"),
      opt{"url_tag", &Prometheus::url_tag, "\"url\"",
          "Tag for the endpoint's URL; empty = none is added"},
      opt{"ignore_timestamp", &Prometheus::ignore_timestamp, "false",
          "Metrics get the time at which they were read"},
      opt{"content_type_override", &Prometheus::content_type_override, "\"\"",
          "Read answers as text, protobuf-delimiter, openmetrics-text or openmetrics-protobuf; "
          "empty = as their header says"},
      opt{"content_length_limit", &Prometheus::content_length_limit, "0",
          "Larger answers are skipped; 0 = 256 MiB"},
      opt{"bearer_token", &Prometheus::bearer_token, "\"\"",
          "File of a bearer token; read at each gather"},
      opt{"bearer_token_string", &Prometheus::bearer_token_string, nullptr,
          "Bearer token; bearer_token counts before it"},
      opt{"username", &Prometheus::username, nullptr,
          "User for basic authentication; tokens count before it"},
      opt{"password", &Prometheus::password, nullptr, "Password for basic authentication"},
      opt{"http_headers", &Prometheus::http_headers, "{}", "Further headers"},
      opt{"enable_request_metrics", &Prometheus::enable_request_metrics, "false",
          "A metric prometheus_request about each request"},
      opt{"http_service_discovery", &Prometheus::http_service_discovery, "{}",
          "A service that lists endpoints"},
      opt{"kubernetes_services", &Prometheus::kubernetes_services, "[]",
          "URLs of endpoints whose host name has several addresses: each of them is asked"},
      opt{"consul", &Prometheus::consul, "{}", "Not supported: has to stay disabled"}.advanced()};
  static constexpr auto options =
      std::tuple_cat(own_options, session_options, KubernetesOptions::kubernetes_options);

  static constexpr weir_metric_decl failed_decl = declare_metric(
      WEIR_COUNTER, "scrapes_failed", "requests", "Requests without an answer that could be read");
  static constexpr const weir_metric_decl* metrics[] = {&failed_decl, nullptr};

  void init();
  void start();
  void stop();
  void gather(sink& out);

 private:
  void check_urls(const char* option, const std::vector<std::string>& list) const;
  exposition::Format format() const;
  std::size_t bytes_max() const;

  void choose_targets();
  void discover();
  std::vector<Wanted> ask_discovery();
  std::vector<Wanted> wanted() const;
  void set_targets(std::vector<Wanted> all);

  std::string authorization() const;
  http::Fields request_fields() const;
  void scrape(std::span<const std::unique_ptr<Target>> targets, const http::Fields& fields,
              sink& out);
  void take(Target& target, const http::Answer& answer, sink& out);
  void put_request(const Target& target, const http::Answer& answer, sink& out) const;
  void fail(const Target& target, const std::string& why) const;

  std::unique_ptr<http::Session> session_;
  std::optional<Content> override_;
  std::vector<std::unique_ptr<Target>> targets_;
  bool chosen_ = false;
  std::vector<Wanted> discovered_;
  std::optional<std::int64_t> asked_ns_;  // when the discovery was asked last
};

}  // namespace weir::prometheus_input
