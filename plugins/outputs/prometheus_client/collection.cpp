#include "plugins/outputs/prometheus_client/collection.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace weir::prometheus_client {

using prometheus::ClientMetric;
using prometheus::MetricType;

namespace {

constexpr std::int64_t series_overhead_bytes = 400;  // Map nodes and the metric itself.

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// A whole text as a number; false when it is none.
bool to_number(std::string_view text, double& out) {
  const std::string copy(text);
  char* end = nullptr;
  out = std::strtod(copy.c_str(), &end);
  return !copy.empty() && *end == '\0';
}

std::string_view without_part(std::string_view key) {
  for (const std::string_view part : {"_bucket", "_sum", "_count"})
    if (ends_with(key, part)) return key.substr(0, key.size() - part.size());
  return key;
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
  if (type == MetricType::Counter)
    m.counter.value = v;
  else if (type == MetricType::Gauge)
    m.gauge.value = v;
  else
    m.untyped.value = v;
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
  if (compound && settings_.version == 1)
    add_whole(r, now_ns);
  else if (compound)
    for (const auto& f : r.fields()) add_part(r, f, now_ns);
  else
    add_scalars(r, now_ns);
  return refused_;
}

Collection::Labels Collection::labels_of(const row& r) const {
  const bool compound = settings_.version == 2;
  Labels labels;
  for (const auto& t : r.tags()) {
    if (compound && r.kind() == WEIR_HISTOGRAM && t.key == "le") continue;
    if (compound && r.kind() == WEIR_SUMMARY && t.key == "quantile") continue;
    const std::string name = label_name(t.key, settings_.sanitize);
    if (!name.empty()) labels[name] = t.value;
  }
  if (!settings_.string_as_label) return labels;
  for (const auto& f : r.fields()) {
    if (f.value.type() != WEIR_STRING) continue;
    const std::string name = label_name(f.key, settings_.sanitize);
    if (!name.empty()) labels.emplace(name, f.value.str());
  }
  return labels;
}

MetricType Collection::type_of(const std::string& name, const row& r) const {
  if (settings_.counters.matches(name)) return MetricType::Counter;
  if (settings_.gauges.matches(name)) return MetricType::Gauge;
  switch (r.kind()) {
    case WEIR_COUNTER: return MetricType::Counter;
    case WEIR_GAUGE: return MetricType::Gauge;
    case WEIR_HISTOGRAM: return MetricType::Histogram;
    case WEIR_SUMMARY: return MetricType::Summary;
    default: return MetricType::Untyped;
  }
}

// Each number a series of its own: NAME_key, or NAME alone for value, counter and gauge.
void Collection::add_scalars(const row& r, std::int64_t now_ns) {
  const Labels labels = labels_of(r);
  for (const auto& f : r.fields()) {
    const bool boolean = f.value.type() == WEIR_BOOL;
    if (f.value.type() == WEIR_STRING || (boolean && settings_.version == 1)) continue;
    const bool plain = f.key == "value" || (f.key == "counter" && r.kind() == WEIR_COUNTER) ||
                       (f.key == "gauge" && r.kind() == WEIR_GAUGE);
    std::string text(r.name());
    if (settings_.version == 2 && text == "prometheus")
      text = f.key;
    else if (!plain)
      text.append("_").append(f.key);
    const std::string name = metric_name(text, settings_.sanitize);
    if (name.empty()) continue;
    const MetricType type = type_of(name, r);
    if (Series* s = series(name, type, labels, r, now_ns))
      set_scalar(s->metric, type, f.value.number());
  }
}

void Collection::add_whole(const row& r, std::int64_t now_ns) {
  const std::string name = metric_name(r.name(), settings_.sanitize);
  const MetricType type = r.kind() == WEIR_HISTOGRAM ? MetricType::Histogram : MetricType::Summary;
  Series* s = name.empty() ? nullptr : series(name, type, labels_of(r), r, now_ns);
  if (s == nullptr) return;
  for (const auto& f : r.fields()) {
    if (f.value.type() == WEIR_STRING) continue;
    const std::string_view key = f.key == "sum"     ? "_sum"
                                 : f.key == "count" ? "_count"
                                                    : std::string_view("_bucket");
    if (type == MetricType::Histogram)
      fill_histogram(s->metric, key, f.value.number(), f.key);
    else
      fill_summary(s->metric, key == "_bucket" ? "" : key, f.value.number(), f.key);
  }
}

void Collection::add_part(const row& r, const field& f, std::int64_t now_ns) {
  if (f.value.type() == WEIR_STRING) return;
  std::string text = r.name() == "prometheus" ? std::string() : std::string(r.name()) + "_";
  text += without_part(f.key);
  const std::string name = metric_name(text, settings_.sanitize);
  const MetricType type = r.kind() == WEIR_HISTOGRAM ? MetricType::Histogram : MetricType::Summary;
  Series* s = name.empty() ? nullptr : series(name, type, labels_of(r), r, now_ns);
  if (s == nullptr) return;
  if (type == MetricType::Histogram)
    fill_histogram(s->metric, f.key, f.value.number(), r.tag("le"));
  else
    fill_summary(s->metric, f.key, f.value.number(), r.tag("quantile"));
}

void Collection::fill_histogram(ClientMetric& metric, std::string_view key, double v,
                                std::string_view bound) {
  double limit = 0;
  if (ends_with(key, "_sum"))
    metric.histogram.sample_sum = v;
  else if (ends_with(key, "_count"))
    metric.histogram.sample_count = static_cast<std::uint64_t>(v);
  else if (ends_with(key, "_bucket") && to_number(bound, limit))
    set_bucket(metric.histogram, limit, v);
}

void Collection::fill_summary(ClientMetric& metric, std::string_view key, double v,
                              std::string_view bound) {
  double quantile = 0;
  if (ends_with(key, "_sum"))
    metric.summary.sample_sum = v;
  else if (ends_with(key, "_count"))
    metric.summary.sample_count = static_cast<std::uint64_t>(v);
  else if (to_number(bound, quantile))
    set_quantile(metric.summary, quantile, v);
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
  if (s.metric.label.empty())
    for (const auto& [k, v] : labels) s.metric.label.push_back({k, v});
  s.time_ns = r.time_ns();
  s.arrived_ns = now_ns;
  if (settings_.export_timestamp) s.metric.timestamp_ms = r.time_ns() / 1'000'000;
  return &s;
}

void Collection::expire(std::int64_t now_ns) {
  if (settings_.expiration_ns <= 0) return;
  const std::lock_guard lock(mutex_);
  for (auto family = families_.begin(); family != families_.end();) {
    auto& all = family->second.series;
    for (auto s = all.begin(); s != all.end();) {
      if (now_ns - s->second.arrived_ns <= settings_.expiration_ns) {
        ++s;
        continue;
      }
      const std::int64_t bytes = bytes_of(family->first, s->first);
      charged_ -= bytes;
      if (settings_.charge) settings_.charge(-bytes);
      s = all.erase(s);
    }
    family = all.empty() ? families_.erase(family) : std::next(family);
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
