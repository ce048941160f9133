#pragma once

// The agent's own figures for Prometheus: the ledger's nodes, and what of the memory limit is used.
//
// Labels   kind, plugin, alias where there is one, and id, the same over restarts. Nodes
//          of the same labels (a reload makes new ones) are added up, so that no counter falls.
// Threads  Any; counters may move while they are read.
// Cost     Some 100 bytes of text a series; a node has up to 27 of them.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/metrics/ledger.hpp"

namespace prometheus {
class Collectable;
}

namespace weir::metrics {

struct Memory {
  std::int64_t used_bytes{0}, peak_bytes{0}, limit_bytes{0};
};

// The ledger outlives it; memory is called by every collection.
std::shared_ptr<prometheus::Collectable> make_collectable(const Ledger& ledger,
                                                          std::function<Memory()> memory);

// In Prometheus' text format, version 0.0.4.
std::string text_page(const prometheus::Collectable& from);

}  // namespace weir::metrics
