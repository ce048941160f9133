#pragma once

// What a family of Prometheus or OpenMetrics becomes. Telegraf has two ways:
//
//   version 1  the family's name is the metric's; the field is counter, gauge, value or info; of a
//              summary or histogram one metric with count, sum and a field for each quantile or bound
//   version 2  all metrics have one name; the field has the family's; of a summary or histogram one
//              metric with name_count and name_sum, and one for each quantile or bucket

#include <cstdint>
#include <string_view>

namespace weir::exposition {

enum class FamilyType : std::uint8_t {
  untyped,
  counter,
  gauge,
  summary,
  histogram,  // also of gauges
  info,
  state_set
};

// Prometheus' own formats, or OpenMetrics.
enum class Dialect : std::uint8_t { prometheus, openmetrics };

struct Format {
  Dialect dialect = Dialect::prometheus;
  bool per_family = false;        // version 1
  bool ignore_timestamp = false;  // all metrics get the time of the text

  // The metrics' name in version 2.
  std::string_view measurement() const {
    return dialect == Dialect::openmetrics ? "openmetric" : "prometheus";
  }
};

inline Format openmetrics(Format format) {
  format.dialect = Dialect::openmetrics;
  return format;
}

// Comes as several samples that belong together.
constexpr bool is_composed(FamilyType t) {
  return t == FamilyType::summary || t == FamilyType::histogram;
}

// The label that says which part of its group a sample is.
constexpr std::string_view part_label(FamilyType t) {
  if (t == FamilyType::summary) return "quantile";
  return t == FamilyType::histogram ? "le" : std::string_view();
}

}  // namespace weir::exposition
