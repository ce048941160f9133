#include "core/metrics/exposition.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "core/base/version.hpp"

namespace weir::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr double ns_per_s = 1e9;

double number(std::uint64_t v) { return static_cast<double>(v); }

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order the table is read
struct NodeFamily {
  const char* name = nullptr;
  const char* help = nullptr;
  MetricType type = MetricType::Counter;
  const char* kinds = nullptr;  // Of the nodes that have it; "" = all.
  double (*value)(const Node&) = nullptr;
  bool limit = false;  // Of nodes with the same labels the largest counts, not the sum.
};

constexpr const char* polled = "inputs";
constexpr const char* sending = "outputs";
constexpr const char* called = "inputs outputs processors aggregators";

constexpr NodeFamily node_families[] = {
    {"weir_records_in_total", "Records that came in.", MetricType::Counter, "",
     [](const Node& n) { return number(n.in); }},
    {"weir_records_created_total", "Records made here: parsed, aggregated, split.",
     MetricType::Counter, "", [](const Node& n) { return number(n.created); }},
    {"weir_records_out_total", "Records handed on, of outputs: delivered.", MetricType::Counter, "",
     [](const Node& n) { return number(n.out); }},
    {"weir_records_absorbed_total", "Records that became others, or part of an aggregate.",
     MetricType::Counter, "", [](const Node& n) { return number(n.absorbed); }},
    {"weir_records_dead_lettered_total",
     "Records kept apart because the output will never take them.", MetricType::Counter, "",
     [](const Node& n) { return number(n.dead_lettered); }},
    {"weir_records_filtered_total", "Records left out because the configuration says so.",
     MetricType::Counter, "", [](const Node& n) { return number(n.filtered); }},
    {"weir_queue_records", "Records that wait for the output.", MetricType::Gauge, sending,
     [](const Node& n) { return number(n.queued); }},
    {"weir_queue_limit_records", "Records the output's queue may hold.", MetricType::Gauge, sending,
     [](const Node& n) { return number(n.queue_limit); }, true},
    {"weir_queue_bytes", "Bytes that wait for the output.", MetricType::Gauge, sending,
     [](const Node& n) { return number(n.queue_bytes); }},
    {"weir_queue_oldest_timestamp_seconds",
     "When the record that waits longest was queued; 0: none waits.", MetricType::Gauge, sending,
     [](const Node& n) { return static_cast<double>(n.oldest_ns) / ns_per_s; }, true},
    {"weir_in_flight_records", "Records the output's plugin has and has not settled.",
     MetricType::Gauge, sending, [](const Node& n) { return number(n.in_flight); }},
    {"weir_calls_total", "Calls of the plugin: gathers, writes, processed or added batches.",
     MetricType::Counter, called, [](const Node& n) { return number(n.calls); }},
    {"weir_call_errors_total", "Calls that failed.", MetricType::Counter, called,
     [](const Node& n) { return number(n.errors); }},
    {"weir_call_seconds_total", "Time spent in gathers and writes.", MetricType::Counter,
     "inputs outputs", [](const Node& n) { return number(n.call_ns) / ns_per_s; }},
    {"weir_calls_hung_total", "Calls that did not come back and were given up.",
     MetricType::Counter, called, [](const Node& n) { return number(n.hung); }},
    {"weir_start_errors_total", "Starts of the plugin that failed.", MetricType::Counter,
     "inputs outputs", [](const Node& n) { return number(n.startup_errors); }},
    {"weir_gathers_late_total", "Ticks at which the gather before was still at work.",
     MetricType::Counter, polled, [](const Node& n) { return number(n.timeouts); }},
    {"weir_gathers_skipped_total",
     "Ticks without a gather because an output holds the pipeline back.", MetricType::Counter,
     polled, [](const Node& n) { return number(n.skipped); }},
    {"weir_batches_written_total", "Batches the output has delivered.", MetricType::Counter,
     sending, [](const Node& n) { return number(n.batches); }},
    {"weir_write_retries_total", "Writes that are tried again.", MetricType::Counter, sending,
     [](const Node& n) { return number(n.retries); }},
};

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

bool belongs(const NodeFamily& family, const Node& n) {
  return *family.kinds == '\0' || has_word(family.kinds, n.kind);
}

MetricFamily family_of(const char* name, const char* help, MetricType type) {
  return {name, help, type, {}};
}

void add(MetricFamily& to, Labels labels, double value) {
  ClientMetric& m = to.metric.emplace_back();
  m.label = std::move(labels);
  (to.type == MetricType::Counter ? m.counter.value : m.gauge.value) = value;
}

// The nodes that carry the same labels, in the ledger's order.
struct Group {
  Labels labels;
  std::vector<const Node*> nodes;

  template <typename F>
  double sum(F&& value) const {
    double all = 0;
    for (const Node* n : nodes) all += value(*n);
    return all;
  }
  double value(const NodeFamily& family) const {
    if (!family.limit) return sum(family.value);
    double most = 0;
    for (const Node* n : nodes) most = std::max(most, family.value(*n));
    return most;
  }
};

Labels labels_of(const Node& n) {
  Labels labels{{"kind", n.kind}, {"plugin", n.name}};
  if (!n.alias.empty()) labels.push_back({"alias", n.alias});
  if (!n.id.empty()) labels.push_back({"id", n.id});
  return labels;
}

std::vector<Group> groups_of(const Ledger& ledger) {
  std::vector<Group> groups;
  std::map<Labels, std::size_t> index;
  for (const Node* n : ledger.nodes()) {
    Labels labels = labels_of(*n);
    const auto [at, fresh] = index.emplace(labels, groups.size());
    if (fresh) groups.push_back({std::move(labels), {}});
    groups[at->second].nodes.push_back(n);
  }
  return groups;
}

double dropped_for(Drop reason, const Group& g) {
  const auto i = static_cast<std::size_t>(reason);
  return g.sum([i](const Node& n) { return number(n.dropped[i]); });
}

MetricFamily dropped(const std::vector<Group>& groups) {
  MetricFamily made = family_of("weir_records_dropped_total", "Records that were lost, by reason.",
                                MetricType::Counter);
  for (const Group& g : groups) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Drop::count); ++i) {
      const auto reason = static_cast<Drop>(i);
      Labels labels = g.labels;
      labels.push_back({"reason", drop_reason_name(reason)});
      add(made, std::move(labels), dropped_for(reason, g));
    }
  }
  return made;
}

// weir_inputs_file_bytes_read_total: other characters than Prometheus has become _.
std::string own_name(const Node& n, const OwnMetrics::Metric& metric) {
  std::string name = "weir_" + n.kind + "_" + n.name + "_" + metric.name;
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain) c = '_';
  }
  return metric.counter && !name.ends_with("_total") ? name + "_total" : name;
}

// Counters go on over a reload; a gauge is that of the newest instance.
double own_value(const Group& g, std::size_t i, bool counter) {
  if (!counter) return number(g.nodes.back()->own()->value(i));
  return g.sum([i](const Node& n) { return n.own() != nullptr ? number(n.own()->value(i)) : 0; });
}

void add_own(const std::vector<Group>& groups, std::vector<MetricFamily>& to) {
  std::map<std::string, MetricFamily> families;
  for (const Group& g : groups) {
    const Node& n = *g.nodes.back();
    if (n.own() == nullptr) continue;
    for (std::size_t i = 0; i < n.own()->list().size(); ++i) {
      const OwnMetrics::Metric& metric = n.own()->list()[i];
      MetricFamily& family = families[own_name(n, metric)];
      family.help = metric.doc;
      family.type = metric.counter ? MetricType::Counter : MetricType::Gauge;
      add(family, g.labels, own_value(g, i, metric.counter));
    }
  }
  for (auto& [name, family] : families) {
    family.name = name;
    to.push_back(std::move(family));
  }
}

void add_agent(const Memory& memory, std::vector<MetricFamily>& to) {
  const auto gauge = [&](const char* name, const char* help, Labels labels, double value) {
    to.push_back(family_of(name, help, MetricType::Gauge));
    add(to.back(), std::move(labels), value);
  };
  gauge("weir_build_info", "Always 1; the label says which version runs.", {{"version", version}},
        1);
  gauge("weir_memory_used_bytes", "What of the memory limit is in use.", {},
        static_cast<double>(memory.used_bytes));
  gauge("weir_memory_peak_bytes", "Most that was in use at once.", {},
        static_cast<double>(memory.peak_bytes));
  gauge("weir_memory_limit_bytes", "The memory limit for records.", {},
        static_cast<double>(memory.limit_bytes));
}

class LedgerCollectable final : public prometheus::Collectable {
 public:
  LedgerCollectable(const Ledger& ledger, std::function<Memory()> memory)
      : ledger_(ledger), memory_(std::move(memory)) {}

  std::vector<MetricFamily> Collect() const override {
    std::vector<MetricFamily> all;
    add_agent(memory_(), all);
    const std::vector<Group> groups = groups_of(ledger_);
    for (const NodeFamily& family : node_families) all.push_back(collect(family, groups));
    all.push_back(dropped(groups));
    add_own(groups, all);
    return all;
  }

 private:
  static MetricFamily collect(const NodeFamily& family, const std::vector<Group>& groups) {
    MetricFamily made = family_of(family.name, family.help, family.type);
    for (const Group& g : groups) {
      if (belongs(family, *g.nodes.front())) add(made, g.labels, g.value(family));
    }
    return made;
  }

  const Ledger& ledger_;
  const std::function<Memory()> memory_;
};

}  // namespace

std::shared_ptr<prometheus::Collectable> make_collectable(const Ledger& ledger,
                                                          std::function<Memory()> memory) {
  return std::make_shared<LedgerCollectable>(ledger, std::move(memory));
}

std::string text_page(const prometheus::Collectable& from) {
  return prometheus::TextSerializer().Serialize(from.Collect());
}

}  // namespace weir::metrics
