#include "plugins/common/exposition/collector.hpp"

#include <cmath>
#include <limits>

#include <weir/hash.hpp>

#include "plugins/common/text/print_number.hpp"

namespace weir::exposition {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::string_view value_name(FamilyType t) {
  switch (t) {
    case FamilyType::counter: return "counter";
    case FamilyType::gauge: return "gauge";
    case FamilyType::info: return "info";
    default: return "value";
  }
}

// The field of a composed family's parts in version 2, behind its name.
std::string_view value_suffix(FamilyType t) {
  if (t == FamilyType::histogram) return "_bucket";
  return t == FamilyType::info ? "_info" : std::string_view();
}

std::uint8_t kind_of(FamilyType t) {
  switch (t) {
    case FamilyType::counter: return WEIR_COUNTER;
    case FamilyType::gauge: return WEIR_GAUGE;
    case FamilyType::summary: return WEIR_SUMMARY;
    case FamilyType::histogram: return WEIR_HISTOGRAM;
    default: return WEIR_UNTYPED;
  }
}

std::uint64_t hash_of(std::uint32_t family, FamilyType type, std::uint32_t set) {
  const std::uint32_t all[] = {family, static_cast<std::uint32_t>(type), set};
  return hash({reinterpret_cast<const char*>(all), sizeof all});
}

}  // namespace

void Collector::set_tags(std::vector<std::pair<std::string, std::string>> tags) {
  if (tags == tags_) return;
  tags_ = std::move(tags);
  forget();
}

// ---- a text ----

void Collector::begin(sink& out, std::int64_t now_ns) {
  out_ = &out;
  now_ns_ = now_ns;
  active_.clear();
  if (++document_ == 0) {  // numbers of documents begin again
    forget();
    document_ = 1;
  }
  if (measurement_ == none) measurement_ = text(format_.measurement());
}

void Collector::end(std::size_t others) {
  put_groups();
  if (!charge_.hold(bytes() + others)) give_back();
}

bool Collector::make_room(std::size_t others) {
  const std::size_t all = bytes() + others;
  if (all <= bytes_max && (all <= working_bytes_max || charge_.hold(all))) return false;
  put_groups();
  struct Declared {
    std::string name, unit;
    FamilyType type;
    bool settled;
  };
  std::vector<Declared> declared;
  for (std::uint32_t f = 0; f < families_.size(); ++f) {
    const Family& family = families_[f];
    if (!is_here(f) || family.type == FamilyType::untyped) continue;
    const std::string_view unit =
        family.unit == none ? std::string_view() : sets_.texts().text(family.unit);
    declared.push_back({std::string(name_of(f)), std::string(unit), family.type, family.settled});
  }
  forget();
  measurement_ = text(format_.measurement());
  for (const Declared& d : declared) {
    const std::uint32_t f = declare(d.name);
    if (!d.unit.empty()) set_unit(f, d.unit);
    families_[f].type = d.type;
    families_[f].settled = d.settled;
  }
  return true;
}

void Collector::give_back() {
  forget();
  charge_.hold(0);
}

std::size_t Collector::bytes() const {
  return arena_.bytes() + sets_.bytes() + families_.capacity() * sizeof(Family) +
         groups_.capacity() * sizeof(Group) + points_.capacity() * sizeof(Point) +
         family_index_.bytes() + group_index_.bytes();
}

void Collector::forget() {
  sets_.clear();
  families_ = std::vector<Family>();  // = {} would keep the memory
  groups_ = std::vector<Group>();
  points_ = std::vector<Point>();
  family_index_.clear();
  group_index_.clear();
  arena_.clear();
  active_.clear();
  measurement_ = none;
  ++epoch_;
}

// ---- families ----

std::uint32_t Collector::family_of(std::string_view name) {
  const std::uint64_t hashed = hash(name);
  const std::uint32_t known =
      family_index_.find(hashed, [&](std::uint32_t f) { return name_of(f) == name; });
  if (known != none) return known;
  const auto at = static_cast<std::uint32_t>(families_.size());
  families_.emplace_back().name = text(name);
  family_index_.add(hashed, at);
  return at;
}

void Collector::declare(std::uint32_t f) {
  Family& family = families_[f];
  if (family.document == document_) return;
  family.document = document_;
  family.type = FamilyType::untyped;
  family.unit = none;
  family.settled = false;
}

std::uint32_t Collector::declare(std::string_view name) {
  const std::uint32_t f = family_of(name);
  declare(f);
  return f;
}

std::uint32_t Collector::suffixed(std::uint32_t name, std::string_view suffix) {
  scratch_ = sets_.texts().text(name);
  scratch_ += suffix;
  return text(scratch_);
}

void Collector::set_keys(Family& f) {
  f.keys_type = f.type;
  const bool alone = format_.per_family;
  f.value_key = alone ? text(value_name(f.type)) : suffixed(f.name, value_suffix(f.type));
  if (!is_composed(f.type)) return;
  f.count_key = alone ? text("count") : suffixed(f.name, "_count");
  f.sum_key = alone ? text("sum") : suffixed(f.name, "_sum");
  f.created_key = alone ? text("created") : suffixed(f.name, "_created");
}

const Collector::Family& Collector::keyed_family(std::uint32_t f) {
  Family& family = families_[f];
  if (family.value_key == none || family.keys_type != family.type) set_keys(family);
  return family;
}

// ---- samples ----

std::uint32_t Collector::set_of(std::uint32_t f, const std::vector<Label>& labels,
                                std::string_view part) {
  pairs_.clear();
  for (const Label& l : labels) {
    if (!l.value.empty() && l.name != part) pairs_.push_back({text(l.name), text(l.value)});
  }
  if (families_[f].unit != none) pairs_.push_back({text("unit"), families_[f].unit});
  for (const auto& [key, value] : tags_) pairs_.push_back({text(key), text(value)});
  return sets_.add(pairs_);
}

void Collector::sample(std::uint32_t f, std::uint32_t set, double value, std::int64_t time_ns) {
  const Family& family = keyed_family(f);
  if (family.type == FamilyType::info) {
    put_row(family, set, 1, time_ns);
    new_field(family.value_key, WEIR_U64).v.u = 1;
  } else if (!std::isnan(value)) {
    put_row(family, set, 1, time_ns);
    put_field(family.value_key, value);
  }
}

std::uint32_t Collector::group_of(std::uint32_t f, std::uint32_t set) {
  const FamilyType type = families_[f].type;
  const std::uint64_t hashed = hash_of(f, type, set);
  const std::uint32_t known = group_index_.find(hashed, [&](std::uint32_t i) {
    return groups_[i].family == f && groups_[i].type == type && groups_[i].set == set;
  });
  if (known != none) return known;
  const auto at = static_cast<std::uint32_t>(groups_.size());
  Group& g = groups_.emplace_back();
  g.family = f;
  g.type = type;
  g.set = set;
  group_index_.add(hashed, at);
  return at;
}

void Collector::touch(std::uint32_t group, std::int64_t time_ns) {
  const bool begun = groups_[group].document == document_;
  const bool apart = format_.dialect == Dialect::openmetrics && groups_[group].time_ns != time_ns;
  if (begun && apart) finish(group);
  Group& g = groups_[group];
  g.time_ns = time_ns;
  if (g.document == document_) return;
  g.document = document_;
  g.round = ++round_;
  g.count = g.sum = g.created = 0;
  g.has_sum = format_.dialect == Dialect::prometheus;
  g.has_created = false;
  active_.push_back(group);
}

void Collector::set_sum(std::uint32_t group, double sum) {
  groups_[group].sum = sum;
  groups_[group].has_sum = true;
}

void Collector::set_created(std::uint32_t group, double seconds) {
  groups_[group].created = seconds;
  groups_[group].has_created = true;
}

// Points come in the order of the last time.
template <typename Is>
std::uint32_t Collector::find_point(Group& g, Is&& is) const {
  std::uint32_t at = g.latest == none ? none : points_[g.latest].next;
  for (std::uint32_t i = 0; i < g.n_points; ++i) {
    if (at == none) at = g.first;
    if (is(points_[at])) return g.latest = at;
    at = points_[at].next;
  }
  return none;
}

std::uint32_t Collector::point_of(std::uint32_t group, double at) {
  Group& g = groups_[group];
  const std::uint32_t known = find_point(g, [at](const Point& p) { return p.at == at; });
  if (known != none) return known;
  Point fresh;
  fresh.at = at;
  fresh.set = g.set;
  if (format_.per_family) {
    fresh.key = text(printed(at));
  } else {
    pairs_.clear();
    sets_.append(g.set, pairs_);
    const std::string_view label = part_label(families_[g.family].type);
    pairs_.push_back({text(label), text(printed(at))});
    fresh.set = sets_.add(pairs_);
  }
  return add_point(group, fresh);
}

std::uint32_t Collector::state_of(std::uint32_t group, std::string_view name) {
  scratch_.clear();
  if (!format_.per_family) scratch_.append(name_of(groups_[group].family)).append("_");
  for (const char c : name) scratch_ += c == ' ' ? '_' : c;
  const std::uint32_t key = text(scratch_);
  const std::uint32_t known =
      find_point(groups_[group], [key](const Point& p) { return p.key == key; });
  if (known != none) return known;
  Point fresh;
  fresh.key = key;
  fresh.set = groups_[group].set;
  return add_point(group, fresh);
}

std::uint32_t Collector::add_point(std::uint32_t group, Point fresh) {
  Group& g = groups_[group];
  if (g.n_points == points_max) return none;
  const auto at = static_cast<std::uint32_t>(points_.size());
  points_.push_back(fresh);
  (g.last == none ? g.first : points_[g.last].next) = at;
  g.last = g.latest = at;
  ++g.n_points;
  return at;
}

void Collector::set_point(std::uint32_t group, std::uint32_t point, double value) {
  points_[point].value = value;
  points_[point].round = groups_[group].round;
}

void Collector::finish(std::uint32_t group) {
  put_group(group);
  groups_[group].document = 0;
}

std::string_view Collector::printed(double number) {
  return {number_, static_cast<std::size_t>(common::print_general(number_, number) - number_)};
}

// ---- rows ----

void Collector::put_groups() {
  for (const std::uint32_t group : active_) {
    if (groups_[group].document == document_) finish(group);
  }
  active_.clear();
}

// A quantile without a value is no field, but a row of its own without one.
bool Collector::shows(const Point& p, const Group& g, const Family& f) const {
  if (p.round != g.round) return false;
  return !format_.per_family || f.type != FamilyType::summary || !std::isnan(p.value);
}

void Collector::put_group(std::uint32_t group) {
  const Family& f = keyed_family(groups_[group].family);
  if (format_.per_family) {
    put_whole(f, groups_[group]);
    return;
  }
  if (f.type == FamilyType::histogram) put_infinity(group);
  put_parts(f, groups_[group]);
}

void Collector::put_whole(const Family& f, const Group& g) {
  std::uint32_t n = base_fields(f, g);
  for (std::uint32_t i = g.first; i != none; i = points_[i].next) n += shows(points_[i], g, f);
  if (n == 0) return;
  put_row(f, g.set, n, g.time_ns);
  put_base(f, g);
  for (std::uint32_t i = g.first; i != none; i = points_[i].next) {
    if (shows(points_[i], g, f)) put_point(f, points_[i]);
  }
}

void Collector::put_parts(const Family& f, const Group& g) {
  if (const std::uint32_t n = base_fields(f, g); n != 0) {
    put_row(f, g.set, n, g.time_ns);
    put_base(f, g);
  }
  for (std::uint32_t i = g.first; i != none; i = points_[i].next) {
    if (!shows(points_[i], g, f)) continue;
    put_row(f, points_[i].set, 1, g.time_ns);
    put_point(f, points_[i]);
  }
}

std::uint32_t Collector::base_fields(const Family& f, const Group& g) {
  return is_composed(f.type) ? 1U + g.has_sum + g.has_created : 0U;
}

void Collector::put_base(const Family& f, const Group& g) {
  if (!is_composed(f.type)) return;
  put_field(f.count_key, g.count);
  if (g.has_sum) put_field(f.sum_key, g.sum);
  if (g.has_created) put_field(f.created_key, g.created);
}

void Collector::put_point(const Family& f, const Point& p) {
  if (f.type != FamilyType::state_set) {
    put_field(p.key == none ? f.value_key : p.key, p.value);
    return;
  }
  weir_field& state = new_field(p.key, WEIR_BOOL);
  state.v.u = p.value > 0 ? 1 : 0;
}

// Prometheus wants a last bucket that holds everything.
void Collector::put_infinity(std::uint32_t group) {
  const std::uint32_t last = point_of(group, infinity);
  if (last == none || points_[last].round == groups_[group].round) return;
  set_point(group, last, groups_[group].count);
}

void Collector::put_row(const Family& f, std::uint32_t set, std::uint32_t n_fields,
                        std::int64_t time_ns) {
  out_->make_room();
  const LabelSets::Range tags = sets_.range_of(set, *out_);
  out_->add_row(id(format_.per_family ? f.name : measurement_), tags.tag0, tags.n_tag,
                static_cast<std::uint16_t>(n_fields), time_ns);
  out_->kind(kind_of(f.type));
}

weir_field& Collector::new_field(std::uint32_t key, std::uint8_t type) {
  const std::uint32_t key_id = id(key);
  weir_field& f = *out_->fields(1);
  f = {};
  f.key = key_id;
  f.type = type;
  return f;
}

}  // namespace weir::exposition
