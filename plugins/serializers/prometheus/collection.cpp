#include "plugins/serializers/prometheus/collection.hpp"

#include <algorithm>

namespace weir::prometheus_text {
namespace {

std::string key_of(const Labels& labels) {
  std::string key;
  for (const auto& [name, value] : labels) {
    key.append(name).append(1, '\0').append(value).append(1, '\0');
  }
  return key;
}

void set_point(std::vector<Point>& points, Point p) {
  for (Point& known : points) {
    if (known.at != p.at) continue;
    known.value = p.value;
    return;
  }
  points.push_back(p);
}

void set_part(const common::Part& part, Sample& s) {
  using What = common::Part::What;
  if (part.what == What::sum) {
    s.sum = part.value;
  } else if (part.what == What::count) {
    s.count = part.value;
  } else {
    set_point(s.points, {part.at, part.value});
  }
}

}  // namespace

void Collection::add(const row& r) {
  const Labels labels = common::labels_of(r, rules_, common::PartTag::left_out);
  const std::string key = key_of(labels);
  for (const auto& f : r.fields()) add_field(r, f, labels, key);
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
  const std::string name =
      common::clean_name(common::metric_name(r.name(), f.key, common::is_composed(r.kind())),
                         common::NameKind::metric, rules_.names);
  if (name.empty()) return;
  const std::uint8_t kind = common::kind_of(r, name, rules_);
  const bool composed = common::is_composed(kind);
  if (!composed && f.value.type() == WEIR_STRING) return;

  Family& home = family(name, kind);
  const auto known = home.index.find(key);
  const bool there = known != home.index.end();
  if (there && r.time_ns() < home.samples[known->second].time_ns) return;
  Sample fresh;
  Sample& s = there ? home.samples[known->second] : fresh;
  if (composed) {
    const auto part = common::part_of(r, f, kind);
    if (!part) return;
    set_part(*part, s);
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
  for (Family& f : families_) {
    std::sort(f.samples.begin(), f.samples.end(), [](const Sample& a, const Sample& b) {
      return a.labels.size() != b.labels.size() ? a.labels.size() < b.labels.size()
                                                : a.labels < b.labels;
    });
  }
}

void Collection::clear() {
  families_.clear();
  index_.clear();
}

}  // namespace weir::prometheus_text
