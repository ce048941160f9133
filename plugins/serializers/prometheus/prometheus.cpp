#include "plugins/serializers/prometheus/prometheus.hpp"

namespace weir::prometheus_text {
void PrometheusSerializer::init() {
  rules_.names = common::name_rule(name_sanitization);
  rules_.string_as_label = string_as_label;
  rules_.compile(metric_types, "prometheus_metric_types");
}

void PrometheusSerializer::serialize(const row& r, text& out) {
  collection_.add(r);
  put_collected(out);
}

void PrometheusSerializer::serialize_document(const batch& rows, text& out) {
  for (const row r : rows) collection_.add(r);
  put_collected(out);
}

void PrometheusSerializer::put_collected(text& out) {
  if (sort_metrics) collection_.sort();
  for (const Family& f : collection_.families()) {
    put_family(f, {export_timestamp, !compact_encoding}, out);
  }
  collection_.clear();
}

}  // namespace weir::prometheus_text

WEIR_MODULE("prometheus", "1.0.0", weir::prometheus_text::PrometheusSerializer)
