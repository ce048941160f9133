#include "plugins/serializers/prometheus/prometheus.hpp"

namespace weir::prometheus_text {
namespace {

void compile(glob_list& globs, const char* option, const std::vector<std::string>& patterns) {
  const std::string why = globs.compile(patterns);
  if (!why.empty()) throw config_error(option, why);
}

}  // namespace

void PrometheusSerializer::init() {
  rules_.utf8_names = name_sanitization == "utf8";
  rules_.string_as_label = string_as_label;
  compile(rules_.counters, "prometheus_metric_types.counter", metric_types.counter);
  compile(rules_.gauges, "prometheus_metric_types.gauge", metric_types.gauge);
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
  for (const Family& f : collection_.families())
    put_family(f, {export_timestamp, !compact_encoding}, out);
  collection_.clear();
}

}  // namespace weir::prometheus_text

WEIR_MODULE("prometheus", "1.0.0", weir::prometheus_text::PrometheusSerializer)
