#include "plugins/common/prometheus/samples.hpp"

#include <algorithm>
#include <cmath>

#include <weir/error.hpp>

#include "plugins/common/text/go_number.hpp"

namespace weir::common {
namespace {

void compile_globs(glob_list& globs, const std::string& option,
                   const std::vector<std::string>& patterns) {
  const std::string why = globs.compile(patterns);
  if (!why.empty()) throw config_error(option, why);
}

// The tag that says which part of a histogram or summary a metric is.
std::string_view part_tag_of(std::uint8_t kind) {
  return kind == WEIR_HISTOGRAM ? "le" : kind == WEIR_SUMMARY ? "quantile" : "";
}

bool has_label(const Labels& labels, std::string_view name) {
  return std::any_of(labels.begin(), labels.end(), [&](const auto& l) { return l.first == name; });
}

std::optional<Part> part(Part::What what, const std::optional<double>& value, double at = 0) {
  if (!value) return std::nullopt;
  return Part{what, at, *value};
}

std::optional<double> quantile_of(const value& v) {
  if (v.type() == WEIR_STRING) return std::nullopt;
  return v.number();
}

}  // namespace

void Rules::compile(const MetricTypes& types, const std::string& table) {
  compile_globs(counters, table + ".counter", types.counter);
  compile_globs(gauges, table + ".gauge", types.gauge);
}

bool is_composed(std::uint8_t kind) { return kind == WEIR_HISTOGRAM || kind == WEIR_SUMMARY; }

Labels labels_of(const row& r, const Rules& rules, PartTag part_tag) {
  const std::string_view left_out =
      part_tag == PartTag::left_out ? part_tag_of(r.kind()) : std::string_view();
  Labels labels;
  for (const auto& t : r.tags()) {
    if (!left_out.empty() && t.key == left_out) continue;
    std::string name = clean_name(t.key, NameKind::label, rules.names);
    if (!name.empty()) labels.emplace_back(std::move(name), t.value);
  }
  if (rules.string_as_label) add_string_labels(r, rules.names, labels);
  return labels;
}

void add_string_labels(const row& r, NameRule rule, Labels& labels) {
  const std::size_t tags = labels.size();
  for (const auto& f : r.fields()) {
    if (f.value.type() != WEIR_STRING) continue;
    std::string name = clean_name(f.key, NameKind::label, rule);
    if (!name.empty() && !has_label(labels, name)) {
      labels.emplace_back(std::move(name), f.value.str());
    }
  }
  if (labels.size() != tags) {
    std::stable_sort(labels.begin(), labels.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
  }
}

std::uint8_t kind_of(const row& r, std::string_view name, const Rules& rules) {
  if (rules.gauges.matches(name)) return WEIR_GAUGE;
  if (rules.counters.matches(name)) return WEIR_COUNTER;
  return r.kind();
}

std::optional<Part> part_of(const row& r, const field& f, std::uint8_t kind) {
  if (f.key.ends_with("_sum")) return part(Part::What::sum, sum_of(f.value));
  if (f.key.ends_with("_count")) return part(Part::What::count, count_of(f.value));
  const std::optional<double> at = point_of(r, kind);
  if (!at) return std::nullopt;
  if (kind == WEIR_SUMMARY) return part(Part::What::point, quantile_of(f.value), *at);
  if (!f.key.ends_with("_bucket")) return std::nullopt;
  return part(Part::What::point, count_of(f.value), *at);
}

std::optional<double> point_of(const row& r, std::uint8_t kind) {
  const std::string_view text = r.tag(part_tag_of(kind));
  double number = 0;
  if (text.data() == nullptr || parse_go_float(text, number) != GoNumber::ok) return std::nullopt;
  return number;
}

std::optional<double> count_of(const value& v) {
  if (v.type() == WEIR_STRING || v.type() == WEIR_BOOL) return std::nullopt;
  const double n = v.number();
  if (!(n >= 0 && n < 0x1p64)) return std::nullopt;
  return std::trunc(n);
}

std::optional<double> sum_of(const value& v) {
  if (v.type() == WEIR_STRING || v.type() == WEIR_BOOL) return std::nullopt;
  return v.number();
}

}  // namespace weir::common
