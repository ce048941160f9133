#include "plugins/aggregators/basicstats/basicstats.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace weir::basicstats {
namespace {

// later - earlier, as near as it fits.
std::int64_t between_ns(std::int64_t earlier, std::int64_t later) {
  std::int64_t ns = 0;
  if (!__builtin_sub_overflow(later, earlier, &ns)) return ns;
  return later < earlier ? std::numeric_limits<std::int64_t>::min()
                         : std::numeric_limits<std::int64_t>::max();
}

// In two parts, as Go does: whole seconds stay exact.
double seconds(std::int64_t ns) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t whole = ns / second;
  return static_cast<double>(whole) + static_cast<double>(ns % second) / 1e9;
}

}  // namespace

Stats::Stats(double v, std::int64_t ns)
    : count(1),
      min(v),
      max(v),
      sum(v),
      mean(v),
      squares(0),
      first(v),
      last(v),
      moved_last(v),
      first_ns(ns),
      last_ns(ns),
      moved_last_ns(ns) {}

// Mean and squares by Welford's method: one pass, and no difference of large numbers.
void Stats::add(double v, std::int64_t ns) {
  count += 1;
  const double distance = v - mean;
  mean += distance / count;
  squares += distance * (v - mean);
  if (v < min) {
    min = v;
  } else if (v > max) {
    max = v;
  }
  sum += v;
  last = v;
  last_ns = ns;
  if (ns == first_ns) return;
  moved_last = v;
  moved_last_ns = ns;
}

double Stats::rate() const {
  if (moved_last_ns == first_ns) return 0;
  return (moved_last - first) / seconds(between_ns(first_ns, moved_last_ns));
}

std::int64_t Stats::interval_ns() const { return between_ns(first_ns, last_ns); }

// In the order of the fields.
const BasicStats::Kind BasicStats::kinds[] = {
    {"count", [](builder& r, std::string& k, const Stats& s) { r.field(k += "_count", s.count); },
     false},
    {"min", [](builder& r, std::string& k, const Stats& s) { r.field(k += "_min", s.min); }, false},
    {"max", [](builder& r, std::string& k, const Stats& s) { r.field(k += "_max", s.max); }, false},
    {"mean", [](builder& r, std::string& k, const Stats& s) { r.field(k += "_mean", s.mean); },
     false},
    {"sum", [](builder& r, std::string& k, const Stats& s) { r.field(k += "_sum", s.sum); }, false},
    {"last", [](builder& r, std::string& k, const Stats& s) { r.field(k += "_last", s.last); },
     false},
    {"first", [](builder& r, std::string& k, const Stats& s) { r.field(k += "_first", s.first); },
     false},
    {"s2", [](builder& r, std::string& k, const Stats& s) { r.field(k += "_s2", s.variance()); },
     true},
    {"stdev",
     [](builder& r, std::string& k, const Stats& s) {
       r.field(k += "_stdev", std::sqrt(s.variance()));
     },
     true},
    {"diff", [](builder& r, std::string& k, const Stats& s) { r.field(k += "_diff", s.diff()); },
     true},
    {"non_negative_diff",
     [](builder& r, std::string& k, const Stats& s) {
       if (s.diff() >= 0) r.field(k += "_non_negative_diff", s.diff());
     },
     true},
    {"rate", [](builder& r, std::string& k, const Stats& s) { r.field(k += "_rate", s.rate()); },
     true},
    {"percent_change",
     [](builder& r, std::string& k, const Stats& s) {
       r.field(k += "_percent_change", s.diff() / s.first * 100);
     },
     true},
    {"non_negative_rate",
     [](builder& r, std::string& k, const Stats& s) {
       if (s.diff() >= 0) r.field(k += "_non_negative_rate", s.rate());
     },
     true},
    {"interval",
     [](builder& r, std::string& k, const Stats& s) { r.field(k += "_interval", s.interval_ns()); },
     true},
};

const BasicStats::Kind* BasicStats::find(const std::string& name) {
  for (const Kind& kind : kinds) {
    if (name == kind.name) return &kind;
  }
  return nullptr;
}

void BasicStats::init() {
  table_.attach(self);
  const std::vector<std::string> names =
      stats.value_or(std::vector<std::string>{"count", "min", "max", "mean", "s2", "stdev"});
  for (const Kind& kind : kinds) {
    if (std::find(names.begin(), names.end(), kind.name) != names.end()) chosen_.push_back(&kind);
  }
  for (const std::string& name : names) {
    if (find(name) == nullptr) {
      self.warn("stats: \"" + name + "\" is unknown and left out" +
                (name == "variance" ? "; the variance is called \"s2\"" : ""));
    }
  }
}

void BasicStats::push(sink& out) {
  common::report_refused(self, table_.refused(), table_.size());
  if (chosen_.empty()) return;
  table_.push(out,
              [this](builder& row, std::string& key, const Stats& of) { write(row, key, of); });
}

void BasicStats::write(builder& row, std::string& key, const Stats& of) const {
  const std::size_t length = key.size();
  for (const Kind* kind : chosen_) {
    if (kind->needs_two && of.count < 2) continue;
    kind->write(row, key, of);
    key.resize(length);
  }
}

}  // namespace weir::basicstats

WEIR_MODULE("basicstats", "1.0.0", weir::basicstats::BasicStats)
