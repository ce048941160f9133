#pragma once

// What a metric's fields are to Prometheus: labels, types, and parts of histograms and summaries.
//
// A histogram or summary comes as several metrics of that type: fields NAME_sum and NAME_count, and
// NAME_bucket with the tag le, or NAME with the tag quantile. part_of() says which part a field is.
//
// Threads  Rules are set up once and then only read; functions without state.
// Errors   Rules::compile throws weir::config_error for a glob that cannot be read.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <weir/batch.hpp>
#include <weir/glob.hpp>
#include <weir/options.hpp>

#include "plugins/common/prometheus/names.hpp"

namespace weir::common {

// The table metric_types: names, after cleaning, whose type is given by the configuration.
struct MetricTypes {
  std::vector<std::string> counter, gauge;
  static constexpr auto options = std::tuple{
      opt{"counter", &MetricTypes::counter, "[]", "Metrics that are counters; may be globs"},
      opt{"gauge", &MetricTypes::gauge, "[]", "Metrics that are gauges; may be globs"}};
};

struct Rules {
  NameRule names = NameRule::legacy;
  bool string_as_label = false;
  glob_list counters, gauges;

  // table: what the configuration calls it, for errors.
  void compile(const MetricTypes& types, const std::string& table);
};

using Labels = std::vector<std::pair<std::string, std::string>>;

// A histogram or summary?
bool is_composed(std::uint8_t kind);

enum class PartTag : std::uint8_t { kept, left_out };
// Tags, and string fields where the rules say so and no tag has the name. With left_out the tag that
// says which part a metric is (le, quantile) is no label.
Labels labels_of(const row& r, const Rules& rules, PartTag part_tag);

// Adds the string fields as labels, but those that a label is named like, and sorts the labels.
void add_string_labels(const row& r, NameRule rule, Labels& labels);

// The metric's own type (WEIR_COUNTER and so on), or what the rules say of the name.
std::uint8_t kind_of(const row& r, std::string_view name, const Rules& rules);

struct Part {
  enum class What : std::uint8_t { sum, count, point };
  What what = What::point;
  double at = 0;  // Of a point: the bucket's bound or the quantile.
  double value = 0;
};
// Nothing where the field is no part of a histogram or summary (kind).
std::optional<Part> part_of(const row& r, const field& f, std::uint8_t kind);

// The bucket's bound or the quantile that the tag says. Nothing where it says none.
std::optional<double> point_of(const row& r, std::uint8_t kind);

// A number of events: whole, not negative. Nothing where the value is none.
std::optional<double> count_of(const value& v);
// Nothing where the value is no number.
std::optional<double> sum_of(const value& v);

}  // namespace weir::common
