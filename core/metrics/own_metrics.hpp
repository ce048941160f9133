#pragma once

// What a plugin counts of itself: its weir_metric_decl and their values.
//
// Ownership  Texts are copied; the values outlive the instances that count in them.
// Threads    Values may be added to and read at any time from any thread.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <weir/abi.h>

namespace weir::metrics {

class OwnMetrics {
 public:
  struct Metric {
    std::string name, doc;
    bool counter;
  };
  // decls: the descriptor's list, which ends with nullptr or is one.
  explicit OwnMetrics(const weir_metric_decl* const* decls);
  OwnMetrics(const OwnMetrics&) = delete;
  OwnMetrics& operator=(const OwnMetrics&) = delete;
  ~OwnMetrics() = default;

  [[nodiscard]] const std::vector<Metric>& list() const { return list_; }
  // 0 for one that is not in the list: a reload may bring another version of the plugin.
  [[nodiscard]] std::uint64_t value(std::size_t i) const;
  // For weir_host; never nullptr.
  std::uint64_t* slots() { return slots_.data(); }

 private:
  std::vector<Metric> list_;
  std::vector<std::uint64_t> slots_;  // by plugins, with atomic operations
};

}  // namespace weir::metrics
