#pragma once

// Options of Telegraf's plugin for finding pods in Kubernetes and services in Consul, which this one does not do: they
// are known, so that a configuration that does not use them is taken as it is, and refused where they would act.
//
// Errors     check() throws weir::config_error.

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include <weir/options.hpp>

namespace weir::prometheus_input {

struct ConsulQuery {
  std::string name, tag, dc, url;
  map<std::string> tags;
  static constexpr auto options =
      std::tuple{opt{"name", &ConsulQuery::name, "\"\"", "Not supported"},
                 opt{"tag", &ConsulQuery::tag, "\"\"", "Not supported"},
                 opt{"dc", &ConsulQuery::dc, "\"\"", "Not supported"},
                 opt{"url", &ConsulQuery::url, "\"\"", "Not supported"},
                 opt{"tags", &ConsulQuery::tags, "{}", "Not supported"}};
};

struct ConsulDiscovery {
  bool enabled{};
  std::string agent;
  duration query_interval;
  std::vector<ConsulQuery> query;
  static constexpr auto options =
      std::tuple{opt{"enabled", &ConsulDiscovery::enabled, "false", "Has to stay false"},
                 opt{"agent", &ConsulDiscovery::agent, "\"\"", "Not supported"},
                 opt{"query_interval", &ConsulDiscovery::query_interval, "\"5m\"", "Not supported"},
                 opt{"query", &ConsulDiscovery::query, "[]", "Not supported"}};
};

struct KubernetesOptions {
  bool monitor_pods{};
  std::string pods_method, pods_scheme, pods_path, pods_namespace, scrape_scope, node_ip,
      namespace_label, kube_config, label_selector, field_selector;
  std::int64_t pods_port{}, scrape_interval{}, cache_refresh_interval{};
  map<std::vector<std::string>> namespace_pass, namespace_drop;
  std::vector<std::string> annotation_include, annotation_exclude, label_include, label_exclude;

  using K = KubernetesOptions;
  static constexpr const char* unused = "Of monitor_kubernetes_pods, which is not supported";
  static constexpr auto kubernetes_options = std::tuple{
      opt{"monitor_kubernetes_pods", &K::monitor_pods, "false", "Has to stay false"}.advanced(),
      opt{"monitor_kubernetes_pods_method", &K::pods_method, "\"\"", unused}.advanced(),
      opt{"monitor_kubernetes_pods_scheme", &K::pods_scheme, "\"\"", unused}.advanced(),
      opt{"monitor_kubernetes_pods_path", &K::pods_path, "\"\"", unused}.advanced(),
      opt{"monitor_kubernetes_pods_port", &K::pods_port, "0", unused}.advanced(),
      opt{"monitor_kubernetes_pods_namespace", &K::pods_namespace, "\"\"", unused}.advanced(),
      opt{"pod_scrape_scope", &K::scrape_scope, "\"\"", unused}.advanced(),
      opt{"pod_scrape_interval", &K::scrape_interval, "0", unused}.advanced(),
      opt{"pod_namespace_label_name", &K::namespace_label, "\"\"", unused}.advanced(),
      opt{"node_ip", &K::node_ip, "\"\"", unused}.advanced(),
      opt{"kube_config", &K::kube_config, "\"\"", unused}.advanced(),
      opt{"kubernetes_label_selector", &K::label_selector, "\"\"", unused}.advanced(),
      opt{"kubernetes_field_selector", &K::field_selector, "\"\"", unused}.advanced(),
      opt{"namespace_annotation_pass", &K::namespace_pass, "{}", unused}.advanced(),
      opt{"namespace_annotation_drop", &K::namespace_drop, "{}", unused}.advanced(),
      opt{"pod_annotation_include", &K::annotation_include, "[]", unused}.advanced(),
      opt{"pod_annotation_exclude", &K::annotation_exclude, "[]", unused}.advanced(),
      opt{"pod_label_include", &K::label_include, "[]", unused}.advanced(),
      opt{"pod_label_exclude", &K::label_exclude, "[]", unused}.advanced(),
      opt{"cache_refresh_interval", &K::cache_refresh_interval, "0", unused}.advanced()};
};

}  // namespace weir::prometheus_input
