#pragma once

// Names of metrics and labels as Prometheus wants them, by Telegraf's rules.
//
// legacy   [a-zA-Z_:][a-zA-Z0-9_:]*, of labels without the colon. In any other name each character
//          that is not allowed becomes '_', and '_' at both ends is cut off.
// utf8     Any UTF-8 text, as Prometheus 3 reads it; what is none is cleaned as in legacy.
//
// Threads  Functions without state.

#include <cstdint>
#include <string>
#include <string_view>

namespace weir::common {

enum class NameKind : std::uint8_t { metric, label };
enum class NameRule : std::uint8_t { legacy, utf8 };

// The choices of the options prometheus_name_sanitization and name_sanitization.
inline constexpr const char* name_rules[] = {"legacy", "utf8"};
constexpr NameRule name_rule(std::string_view option) {
  return option == "utf8" ? NameRule::utf8 : NameRule::legacy;
}

bool is_legacy_name(std::string_view name, NameKind kind);
// Empty where nothing is left: there is no such metric or label.
std::string clean_name(std::string_view name, NameKind kind, NameRule rule);
// The metric's name of a field, not cleaned yet: measurement_field, only the field where the
// measurement is "prometheus", and without _bucket, _sum and _count where the metric is a part of a
// histogram or summary.
std::string metric_name(std::string_view measurement, std::string_view field, bool composed);

}  // namespace weir::common
