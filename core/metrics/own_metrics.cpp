#include "core/metrics/own_metrics.hpp"

namespace weir::metrics {
namespace {

std::string text(const char* s) { return s == nullptr ? "" : s; }

}  // namespace

OwnMetrics::OwnMetrics(const weir_metric_decl* const* decls) {
  for (; decls != nullptr && *decls != nullptr; ++decls) {
    list_.push_back({text((*decls)->name), text((*decls)->doc), (*decls)->type == WEIR_COUNTER});
  }
  slots_.resize(list_.size() + 1);
}

std::uint64_t OwnMetrics::value(std::size_t i) const {
  return i >= list_.size() ? 0 : __atomic_load_n(&slots_[i], __ATOMIC_RELAXED);
}

}  // namespace weir::metrics
