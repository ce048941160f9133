#include "core/pipeline/self_metrics.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/base/version.hpp"

namespace weir::pipeline {
namespace {

using metrics::Drop;
using metrics::Node;
using Fields = std::map<std::string, std::int64_t>;

std::int64_t signed_of(std::uint64_t v) { return static_cast<std::int64_t>(v); }
std::int64_t dropped(const Node& n, Drop reason) {
  return signed_of(n.dropped[static_cast<std::size_t>(reason)]);
}

std::int64_t refused(const Node& n) {
  return dropped(n, Drop::rejected) + dropped(n, Drop::serialize_error);
}

Fields gather_fields(const Node& n) {
  return {
      {"errors", signed_of(n.errors)},          {"gather_errors", signed_of(n.errors)},
      {"gather_time_ns", signed_of(n.call_ns)}, {"gather_timeouts", signed_of(n.timeouts)},
      {"gather_skipped", signed_of(n.skipped)}, {"startup_errors", signed_of(n.startup_errors)}};
}

Fields write_fields(const Node& n) {
  return {{"buffer_limit", signed_of(n.queue_limit)},
          {"buffer_size", signed_of(n.queued + n.in_flight)},
          {"errors", signed_of(n.errors)},
          {"metrics_added", signed_of(n.in - n.filtered)},
          {"metrics_dropped", signed_of(n.dropped_total()) - refused(n)},
          {"metrics_filtered", signed_of(n.filtered)},
          {"metrics_rejected", refused(n)},
          {"metrics_written", signed_of(n.out)},
          {"startup_errors", signed_of(n.startup_errors)},
          {"write_errors", signed_of(n.errors)},
          {"write_time_ns", signed_of(n.call_ns)}};
}

Fields aggregate_fields(const Node& n) {
  return {{"errors", signed_of(n.errors)},
          {"metrics_dropped", signed_of(n.dropped_total())},
          {"metrics_filtered", signed_of(n.filtered)},
          {"metrics_pushed", signed_of(n.created)},
          {"push_time_ns", signed_of(n.call_ns)}};
}

Fields process_fields(const Node& n) {
  return {{"errors", signed_of(n.errors)},
          {"metrics_in", signed_of(n.in)},
          {"metrics_out", signed_of(n.out)},
          {"metrics_dropped", signed_of(n.dropped_total())},
          {"metrics_filtered", signed_of(n.filtered)}};
}

struct Group {
  const char* measurement;
  const char* tag;
  Fields (*fields)(const Node&);
};
const std::map<std::string, Group>& groups() {
  static const std::map<std::string, Group> all{
      {"inputs", {"internal_gather", "input", gather_fields}},
      {"outputs", {"internal_write", "output", write_fields}},
      {"aggregators", {"internal_aggregate", "aggregator", aggregate_fields}},
      {"processors", {"internal_process", "processor", process_fields}}};
  return all;
}

// Measurement, plugin, alias and (per instance) id.
using Key = std::tuple<std::string, std::string, std::string, std::string>;

class Collected {
 public:
  explicit Collected(bool per_instance) : per_instance_(per_instance) {}
  void add(const Node& n) {
    if (n.kind == "select") return gathered(n);
    add_own(n);
    const auto group = groups().find(n.kind);
    if (group == groups().end()) return;
    Fields& sum = rows_[key(n)];
    for (const auto& [name, v] : group->second.fields(n)) {
      // A limit is no sum: a reload's new instance has the same as the old one.
      sum[name] = name == "buffer_limit" ? std::max(sum[name], v) : sum[name] + v;
    }
    for (const auto& [name, v] : agent_fields(n)) agent_[name] += v;
  }
  void write(builder& out) {
    row(out, "internal_agent", {}, agent_);
    for (const auto& [k, fields] : rows_) {
      const auto& [kind, plugin, alias, id] = k;
      const Group& group = groups().at(kind);
      row(out, group.measurement, {{group.tag, plugin}, {"alias", alias}, {"_id", id}}, fields);
    }
    for (const auto& [k, fields] : own_) {
      const auto& [kind, plugin, alias, id] = k;
      row(out, "internal_" + plugin, {{"kind", kind}, {"alias", alias}, {"_id", id}}, fields);
    }
  }

 private:
  Key key(const Node& n) const {
    return {n.kind, n.name, n.alias, per_instance_ ? n.id : std::string()};
  }
  // Metrics count where they have passed the parser: in front of the input's filters.
  void gathered(const Node& n) {
    Key at = key(n);
    std::get<0>(at) = "inputs";
    rows_[at]["metrics_gathered"] += signed_of(n.in);
    agent_["metrics_gathered"] += signed_of(n.in);
  }
  // Gauges of several instances are added up, too: of connections there are that many in all.
  void add_own(const Node& n) {
    if (n.own() == nullptr) return;
    for (std::size_t i = 0; i < n.own()->list().size(); ++i) {
      own_[key(n)][n.own()->list()[i].name] += signed_of(n.own()->value(i));
    }
  }
  static Fields agent_fields(const Node& n) {
    if (n.kind == "inputs") {
      return {{"gather_errors", signed_of(n.errors)}, {"gather_timeouts", signed_of(n.timeouts)}};
    }
    if (n.kind != "outputs") return {};
    return {{"metrics_written", signed_of(n.out)},
            {"metrics_rejected", refused(n)},
            {"metrics_dropped", signed_of(n.dropped_total()) - refused(n)},
            {"write_errors", signed_of(n.errors)}};
  }
  using TagList = std::vector<std::pair<std::string, std::string>>;
  static void row(builder& out, const std::string& measurement, const TagList& tags,
                  const Fields& fields) {
    if (fields.empty()) return;
    out.metric(measurement).tag("version", version);
    for (const auto& [k, v] : tags) {
      if (!v.empty()) out.tag(k, v);
    }
    for (const auto& [name, v] : fields) out.field(name, v);
  }

  const bool per_instance_;
  std::map<Key, Fields> rows_;
  std::map<Key, Fields> own_;
  Fields agent_;
};

}  // namespace

void write_self_metrics(const metrics::Ledger& ledger, bool per_instance, builder& out) {
  Collected all(per_instance);
  for (const Node* n : ledger.nodes()) all.add(*n);
  all.write(out);
}

}  // namespace weir::pipeline
