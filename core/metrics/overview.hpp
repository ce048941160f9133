#pragma once

// The ledger for who looks at it from outside: one entry for each node that is the same over reloads.
//
// A reload makes new nodes for the instances it makes. Those of the same kind, name, alias and id are one entry:
// counters are added up, what describes the moment is that of the newest.

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/metrics/ledger.hpp"

namespace weir::metrics {

struct Counters {
  std::uint64_t in{0}, created{0}, out{0}, absorbed{0}, filtered{0}, queued{0}, in_flight{0};
  std::array<std::uint64_t, static_cast<std::size_t>(Drop::count)> dropped{};
  std::uint64_t calls{0}, errors{0}, retries{0}, batches{0}, hung{0}, startup_errors{0}, late{0},
      skipped{0};

  void add(const Node& node);
  [[nodiscard]] std::uint64_t dropped_total() const;
  [[nodiscard]] std::int64_t imbalance() const;
};

struct Entry {
  const Node* newest{nullptr};
  Counters counters;
};

using NodeKey = std::tuple<std::string, std::string, std::string, std::string>;

// In the order in which the ledger met them.
std::vector<Entry> overview(const Ledger& ledger);

// Records per second of each entry, over the last few seconds.
//
// Threads  tick() and of() by one thread at a time.
// Limits   window samples are kept.
class Rates {
 public:
  static constexpr std::size_t window = 11;  // Ten seconds, at a tick a second.
  struct Rate {
    double in{0}, out{0}, dropped{0};
  };
  void tick(const Ledger& ledger, std::int64_t steady_ns);
  // Nothing before the second tick.
  [[nodiscard]] Rate of(const Entry& entry) const;

 private:
  struct Sums {
    std::uint64_t in{0}, out{0}, dropped{0};
  };
  struct Sample {
    std::int64_t steady_ns{0};
    std::map<NodeKey, Sums> sums;
  };
  static Sums sums_of(const Counters& counters);
  std::deque<Sample> samples_;
};

}  // namespace weir::metrics
