#pragma once

// Names of metrics and labels as Prometheus wants them.

#include <string>
#include <string_view>

namespace weir::prometheus_text {

enum class NameKind : unsigned char { metric, label };

// [a-zA-Z_:][a-zA-Z0-9_:]*, of labels without the colon.
bool is_legacy_name(std::string_view name, NameKind kind);
// name where it is valid (with utf8: any UTF-8 text), else with '_' for each character that is not
// allowed and without '_' at both ends. Empty where nothing is left.
std::string clean_name(std::string_view name, NameKind kind, bool utf8);
// The metric's name of a field: measurement_field, only the field where the measurement is
// "prometheus", and without _bucket, _sum and _count where the metric is a histogram or summary.
std::string metric_name(std::string_view measurement, std::string_view field, bool composed);

}  // namespace weir::prometheus_text
