#include "core/metrics/overview.hpp"

#include <numeric>

namespace weir::metrics {
namespace {

constexpr double ns_per_s = 1e9;

NodeKey key_of(const Node& node) { return {node.kind, node.name, node.alias, node.id}; }

double per_second(std::uint64_t now, std::uint64_t then, double seconds) {
  return now > then ? static_cast<double>(now - then) / seconds : 0;
}

}  // namespace

void Counters::add(const Node& node) {
  in += node.in;
  created += node.created;
  out += node.out;
  absorbed += node.absorbed;
  filtered += node.filtered;
  queued += node.queued;
  in_flight += node.in_flight;
  for (std::size_t i = 0; i < dropped.size(); ++i) dropped[i] += node.dropped[i];
  calls += node.calls;
  errors += node.errors;
  retries += node.retries;
  batches += node.batches;
  hung += node.hung;
  startup_errors += node.startup_errors;
  late += node.timeouts;
  skipped += node.skipped;
}

std::uint64_t Counters::dropped_total() const {
  return std::accumulate(dropped.begin(), dropped.end(), std::uint64_t{0});
}

std::int64_t Counters::imbalance() const {
  const std::uint64_t gone = out + absorbed + filtered + dropped_total() + queued + in_flight;
  return static_cast<std::int64_t>(in + created - gone);
}

Rates::Sums Rates::sums_of(const Counters& counters) {
  return {counters.in + counters.created, counters.out, counters.dropped_total()};
}

std::vector<Entry> overview(const Ledger& ledger) {
  std::vector<Entry> entries;
  std::map<NodeKey, std::size_t> index;
  for (const Node* n : ledger.nodes()) {
    const auto [at, fresh] = index.emplace(key_of(*n), entries.size());
    if (fresh) entries.emplace_back();
    Entry& entry = entries[at->second];
    entry.newest = n;
    entry.counters.add(*n);
  }
  return entries;
}

void Rates::tick(const Ledger& ledger, std::int64_t steady_ns) {
  Sample& sample = samples_.emplace_back();
  sample.steady_ns = steady_ns;
  for (const Entry& e : overview(ledger)) sample.sums[key_of(*e.newest)] = sums_of(e.counters);
  if (samples_.size() > window) samples_.pop_front();
}

Rates::Rate Rates::of(const Entry& entry) const {
  if (samples_.size() < 2) return {};
  const auto now = samples_.back().sums.find(key_of(*entry.newest));
  if (now == samples_.back().sums.end()) return {};
  const auto then = samples_.front().sums.find(now->first);
  const Sums before = then == samples_.front().sums.end() ? Sums{} : then->second;
  const double seconds =
      static_cast<double>(samples_.back().steady_ns - samples_.front().steady_ns) / ns_per_s;
  if (seconds <= 0) return {};
  return {per_second(now->second.in, before.in, seconds),
          per_second(now->second.out, before.out, seconds),
          per_second(now->second.dropped, before.dropped, seconds)};
}

}  // namespace weir::metrics
