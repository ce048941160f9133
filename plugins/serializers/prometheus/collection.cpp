#include "plugins/serializers/prometheus/collection.hpp"

#include <algorithm>

#include "plugins/common/text/go_number.hpp"
#include "plugins/serializers/prometheus/names.hpp"

namespace weir::prometheus_text {
namespace {

bool is_composed(std::uint8_t kind) { return kind == WEIR_HISTOGRAM || kind == WEIR_SUMMARY; }

// The tag that says which part of a histogram or summary a metric is.
std::string_view part_tag(std::uint8_t kind) {
  return kind == WEIR_HISTOGRAM ? "le" : kind == WEIR_SUMMARY ? "quantile" : "";
}

bool has_label(const Labels& labels, std::string_view name) {
  return std::any_of(labels.begin(), labels.end(), [&](const auto& l) { return l.first == name; });
}

std::string key_of(const Labels& labels) {
  std::string key;
  for (const auto& [name, value] : labels)
    key.append(name).append(1, '\0').append(value).append(1, '\0');
  return key;
}

// False where the value is no count.
bool count_of(const weir::value& v, std::uint64_t& count) {
  if (v.type() == WEIR_U64)
    count = v.u64();
  else if (v.type() == WEIR_I64 && v.i64() >= 0)
    count = static_cast<std::uint64_t>(v.i64());
  else if (v.type() == WEIR_F64 && v.f64() >= 0 && v.f64() < 0x1p64)
    count = static_cast<std::uint64_t>(v.f64());
  else
    return false;
  return true;
}

bool sum_of(const weir::value& v, double& sum) {
  if (v.type() == WEIR_STRING || v.type() == WEIR_BOOL) return false;
  sum = v.number();
  return true;
}

bool number_tag(const row& r, std::string_view tag, double& number) {
  const std::string_view text = r.tag(tag);
  return text.data() != nullptr && common::parse_go_float(text, number) == common::GoNumber::ok;
}

void set_point(std::vector<Point>& points, Point p) {
  for (Point& known : points) {
    if (known.at != p.at) continue;
    known.value = p.value;
    return;
  }
  points.push_back(p);
}

// Takes a part of a histogram or summary over into s. False where the field is none.
bool set_part(const row& r, const field& f, std::uint8_t kind, Sample& s) {
  if (f.key.ends_with("_sum")) return sum_of(f.value, s.sum);
  if (f.key.ends_with("_count")) return count_of(f.value, s.count);
  Point p;
  if (!number_tag(r, part_tag(kind), p.at)) return false;
  if (kind == WEIR_SUMMARY) {
    if (f.value.type() == WEIR_STRING) return false;
    p.value = f.value.number();
  } else {
    std::uint64_t count = 0;
    if (!f.key.ends_with("_bucket") || !count_of(f.value, count)) return false;
    p.value = static_cast<double>(count);
  }
  set_point(s.points, p);
  return true;
}

}  // namespace

void Collection::add(const row& r) {
  const Labels labels = labels_of(r);
  const std::string key = key_of(labels);
  for (const auto& f : r.fields()) add_field(r, f, labels, key);
}

Labels Collection::labels_of(const row& r) const {
  Labels labels;
  for (const auto& t : r.tags()) {
    if (is_composed(r.kind()) && t.key == part_tag(r.kind())) continue;
    std::string name = clean_name(t.key, NameKind::label, rules_.utf8_names);
    if (!name.empty()) labels.emplace_back(std::move(name), t.value);
  }
  if (!rules_.string_as_label) return labels;
  const std::size_t tags = labels.size();
  for (const auto& f : r.fields()) {
    if (f.value.type() != WEIR_STRING) continue;
    std::string name = clean_name(f.key, NameKind::label, rules_.utf8_names);
    if (!name.empty() && !has_label(labels, name))
      labels.emplace_back(std::move(name), f.value.str());
  }
  if (labels.size() != tags)
    std::sort(labels.begin(), labels.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
  return labels;
}

Family& Collection::family(const std::string& name, std::uint8_t kind) {
  const std::string key = name + '\0' + static_cast<char>(kind);
  const auto [at, fresh] = index_.emplace(key, families_.size());
  if (fresh) {
    families_.emplace_back();
    families_.back().name = name;
    families_.back().kind = kind;
  }
  return families_[at->second];
}

void Collection::add_field(const row& r, const field& f, const Labels& labels,
                           const std::string& key) {
  const std::string name = clean_name(metric_name(r.name(), f.key, is_composed(r.kind())),
                                      NameKind::metric, rules_.utf8_names);
  if (name.empty()) return;
  std::uint8_t kind = r.kind();
  if (rules_.counters.matches(name)) kind = WEIR_COUNTER;
  if (rules_.gauges.matches(name)) kind = WEIR_GAUGE;
  if (!is_composed(kind) && f.value.type() == WEIR_STRING) return;

  Family& home = family(name, kind);
  const auto known = home.index.find(key);
  const bool there = known != home.index.end();
  if (there && r.time_ns() < home.samples[known->second].time_ns) return;
  Sample fresh;
  Sample& s = there ? home.samples[known->second] : fresh;
  if (is_composed(kind)) {
    if (!set_part(r, f, kind, s)) return;
  } else {
    s.value = f.value.number();
  }
  s.time_ns = r.time_ns();
  if (there) return;
  s.labels = labels;
  home.index.emplace(key, home.samples.size());
  home.samples.push_back(std::move(fresh));
}

void Collection::sort() {
  // Telegraf's order of types.
  constexpr std::uint8_t rank[] = {2, 0, 1, 4, 3};
  std::sort(families_.begin(), families_.end(), [&](const Family& a, const Family& b) {
    return a.name != b.name ? a.name < b.name : rank[a.kind] < rank[b.kind];
  });
  for (Family& f : families_)
    std::sort(f.samples.begin(), f.samples.end(), [](const Sample& a, const Sample& b) {
      return a.labels.size() != b.labels.size() ? a.labels.size() < b.labels.size()
                                                : a.labels < b.labels;
    });
}

void Collection::clear() {
  families_.clear();
  index_.clear();
}

}  // namespace weir::prometheus_text
