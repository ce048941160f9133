#include "plugins/outputs/prometheus_client/collection.hpp"

#include <algorithm>
#include <optional>

#include "plugins/common/text/go_number.hpp"

namespace weir::prometheus_client {

using common::Part;
using common::PartTag;
using prometheus::ClientMetric;
using prometheus::MetricType;

namespace {

constexpr std::int64_t series_overhead_bytes = 400;  // Map nodes and the metric itself.

MetricType type_of(std::uint8_t kind) {
  switch (kind) {
    case WEIR_COUNTER: return MetricType::Counter;
    case WEIR_GAUGE: return MetricType::Gauge;
    case WEIR_HISTOGRAM: return MetricType::Histogram;
    case WEIR_SUMMARY: return MetricType::Summary;
    default: return MetricType::Untyped;
  }
}

// Of a histogram or summary that is one metric: sum, count, or a bound as the field's name.
std::optional<Part> whole_part(const field& f, MetricType type) {
  if (f.value.type() == WEIR_STRING) return std::nullopt;
  Part part;
  part.value = f.value.number();
  if (f.key == "sum") {
    part.what = Part::What::sum;
  } else if (f.key == "count") {
    part.what = Part::What::count;
  } else if (common::parse_go_float(f.key, part.at) != common::GoNumber::ok) {
    return std::nullopt;
  }
  const bool counts = part.what == Part::What::count ||
                      (part.what == Part::What::point && type == MetricType::Histogram);
  const bool fits = part.value >= 0 && part.value < 0x1p64;
  return fits || !counts ? std::optional(part) : std::nullopt;
}

void set_bucket(ClientMetric::Histogram& h, double bound, double count) {
  auto at =
      std::lower_bound(h.bucket.begin(), h.bucket.end(), bound,
                       [](const ClientMetric::Bucket& b, double v) { return b.upper_bound < v; });
  if (at == h.bucket.end() || at->upper_bound != bound) at = h.bucket.insert(at, {0, bound});
  at->cumulative_count = static_cast<std::uint64_t>(count);
}

void set_quantile(ClientMetric::Summary& s, double quantile, double v) {
  auto at =
      std::lower_bound(s.quantile.begin(), s.quantile.end(), quantile,
                       [](const ClientMetric::Quantile& q, double x) { return q.quantile < x; });
  if (at == s.quantile.end() || at->quantile != quantile) at = s.quantile.insert(at, {quantile, 0});
  at->value = v;
}

void set_scalar(ClientMetric& m, MetricType type, double v) {
  if (type == MetricType::Counter) {
    m.counter.value = v;
  } else if (type == MetricType::Gauge) {
    m.gauge.value = v;
  } else {
    m.untyped.value = v;
  }
}

// Histograms and summaries have the same members but for their points.
template <typename Whole>
bool set_total(Whole& whole, const Part& part) {
  if (part.what == Part::What::sum) whole.sample_sum = part.value;
  if (part.what == Part::What::count) whole.sample_count = static_cast<std::uint64_t>(part.value);
  return part.what != Part::What::point;
}

void set_part(ClientMetric& m, MetricType type, const Part& part) {
  if (type == MetricType::Histogram) {
    if (!set_total(m.histogram, part)) set_bucket(m.histogram, part.at, part.value);
  } else if (!set_total(m.summary, part)) {
    set_quantile(m.summary, part.at, part.value);
  }
}

bool is_part(MetricType type) {
  return type == MetricType::Histogram || type == MetricType::Summary;
}

}  // namespace

Collection::~Collection() {
  if (settings_.charge && charged_ != 0) settings_.charge(-charged_);
}

std::uint64_t Collection::add(const row& r, std::int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  refused_ = 0;
  const bool compound = r.kind() == WEIR_HISTOGRAM || r.kind() == WEIR_SUMMARY;
  if (compound && settings_.version == 1) {
    add_whole(r, now_ns);
  } else if (compound) {
    for (const auto& f : r.fields()) add_part(r, f, now_ns);
  } else {
    add_scalars(r, now_ns);
  }
  return refused_;
}

Collection::Labels Collection::labels_of(const row& r) const {
  const auto part_tag = settings_.version == 2 ? PartTag::left_out : PartTag::kept;
  Labels labels;
  for (auto& [name, value] : common::labels_of(r, settings_.rules, part_tag)) {
    labels[name] = std::move(value);
  }
  return labels;
}

std::string Collection::clean(std::string_view name) const {
  return common::clean_name(name, common::NameKind::metric, settings_.rules.names);
}

// NAME_key; in version 1 NAME alone for value, and for a counter's or gauge's own field.
std::string Collection::scalar_name(const row& r, std::string_view key) const {
  const bool plain = key == "value" || (key == "counter" && r.kind() == WEIR_COUNTER) ||
                     (key == "gauge" && r.kind() == WEIR_GAUGE);
  if (settings_.version == 2) return clean(common::metric_name(r.name(), key, false));
  return clean(plain ? std::string(r.name()) : std::string(r.name()).append("_").append(key));
}

// Each number a series of its own.
void Collection::add_scalars(const row& r, std::int64_t now_ns) {
  const Labels labels = labels_of(r);
  for (const auto& f : r.fields()) {
    const bool boolean = f.value.type() == WEIR_BOOL;
    if (f.value.type() == WEIR_STRING || (boolean && settings_.version == 1)) continue;
    const std::string name = scalar_name(r, f.key);
    if (name.empty()) continue;
    const MetricType type = type_of(common::kind_of(r, name, settings_.rules));
    if (Series* s = series(name, type, labels, r, now_ns)) {
      set_scalar(s->metric, type, f.value.number());
    }
  }
}

void Collection::add_whole(const row& r, std::int64_t now_ns) {
  const std::string name = clean(r.name());
  const MetricType type = type_of(r.kind());
  Series* s = name.empty() ? nullptr : series(name, type, labels_of(r), r, now_ns);
  if (s == nullptr) return;
  for (const auto& f : r.fields()) {
    if (const auto part = whole_part(f, type)) set_part(s->metric, type, *part);
  }
}

void Collection::add_part(const row& r, const field& f, std::int64_t now_ns) {
  const auto part = common::part_of(r, f, r.kind());
  const std::string name = clean(common::metric_name(r.name(), f.key, true));
  if (!part || name.empty()) return;
  const MetricType type = type_of(r.kind());
  if (Series* s = series(name, type, labels_of(r), r, now_ns)) set_part(s->metric, type, *part);
}

std::int64_t Collection::bytes_of(const std::string& name, const Labels& labels) {
  std::size_t bytes = name.size();
  for (const auto& [k, v] : labels) bytes += 2 * (k.size() + v.size()) + 128;
  return series_overhead_bytes + static_cast<std::int64_t>(bytes);
}

// The series to write to; nullptr when a newer sample is there already, or there is no memory for a new one.
Collection::Series* Collection::series(const std::string& name, MetricType type,
                                       const Labels& labels, const row& r, std::int64_t now_ns) {
  Family& family = families_[name];
  const bool typed_anew =
      family.series.empty() || (family.type == MetricType::Untyped && type != family.type);
  if (typed_anew && !(is_part(type) && !family.series.empty())) family.type = type;
  const auto found = family.series.find(labels);
  if (found == family.series.end() && settings_.charge &&
      !settings_.charge(bytes_of(name, labels))) {
    ++refused_;
    if (family.series.empty()) families_.erase(name);
    return nullptr;
  }
  if (found == family.series.end()) charged_ += bytes_of(name, labels);
  Series& s = found == family.series.end() ? family.series[labels] : found->second;
  if (s.time_ns > r.time_ns()) return nullptr;
  if (s.metric.label.empty()) {
    for (const auto& [k, v] : labels) s.metric.label.push_back({k, v});
  }
  s.time_ns = r.time_ns();
  s.arrived_ns = now_ns;
  if (settings_.export_timestamp) s.metric.timestamp_ms = r.time_ns() / 1'000'000;
  return &s;
}

void Collection::expire(std::int64_t now_ns) {
  if (settings_.expiration_ns <= 0) return;
  const std::lock_guard lock(mutex_);
  for (auto family = families_.begin(); family != families_.end();) {
    expire_series(family->first, family->second, now_ns);
    family = family->second.series.empty() ? families_.erase(family) : std::next(family);
  }
}

void Collection::expire_series(const std::string& name, Family& family, std::int64_t now_ns) {
  for (auto s = family.series.begin(); s != family.series.end();) {
    if (now_ns - s->second.arrived_ns <= settings_.expiration_ns) {
      ++s;
      continue;
    }
    const std::int64_t bytes = bytes_of(name, s->first);
    charged_ -= bytes;
    if (settings_.charge) settings_.charge(-bytes);
    s = family.series.erase(s);
  }
}

std::vector<prometheus::MetricFamily> Collection::families() const {
  const std::lock_guard lock(mutex_);
  std::vector<prometheus::MetricFamily> out;
  for (const auto& [name, family] : families_) {
    prometheus::MetricFamily& made = out.emplace_back();
    made.name = name;
    made.help = "Telegraf collected metric";
    made.type = family.type;
    for (const auto& [labels, s] : family.series) made.metric.push_back(s.metric);
  }
  return out;
}

}  // namespace weir::prometheus_client
