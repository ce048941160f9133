#pragma once

// serializers.prometheus: the text format that Prometheus scrapes.

#include <string>
#include <tuple>

#include <weir/weir.hpp>

#include "plugins/serializers/prometheus/collection.hpp"
#include "plugins/serializers/prometheus/exposition.hpp"

namespace weir::prometheus_text {

class PrometheusSerializer {
 public:
  static constexpr info meta{"prometheus", "1.0.0", "Prometheus text format"};

  bool export_timestamp{};
  bool sort_metrics{};
  bool string_as_label{};
  bool compact_encoding{};
  std::string name_sanitization;
  common::MetricTypes metric_types;
  static constexpr auto options =
      std::tuple{opt{"prometheus_export_timestamp", &PrometheusSerializer::export_timestamp,
                     "false", "Write the time of each sample"},
                 opt{"prometheus_sort_metrics", &PrometheusSerializer::sort_metrics, "false",
                     "Families by name, samples by labels"},
                 opt{"prometheus_string_as_label", &PrometheusSerializer::string_as_label, "false",
                     "String fields become labels; else they are left out"},
                 opt{"prometheus_compact_encoding", &PrometheusSerializer::compact_encoding,
                     "false", "No HELP lines"},
                 opt{"prometheus_name_sanitization", &PrometheusSerializer::name_sanitization,
                     "\"legacy\"", "Names are ASCII (legacy) or any UTF-8 (utf8)"}
                     .one_of(common::name_rules),
                 opt{"prometheus_metric_types", &PrometheusSerializer::metric_types, nullptr,
                     "Types that override those of the metrics"}};

  void init();
  void serialize(const row& r, text& out);
  void serialize_document(const batch& rows, text& out);

 private:
  void put_collected(text& out);
  common::Rules rules_;
  Collection collection_{rules_};
};

}  // namespace weir::prometheus_text
