#pragma once

// Smallest and largest value of each numeric field of each series in a window.

#include <cstdint>

#include <weir/weir.hpp>

#include "plugins/common/series/series_table.hpp"

namespace weir::minmax {

struct Extremes {
  double min, max;

  Extremes(double v, std::int64_t) : min(v), max(v) {}
  void add(double v, std::int64_t) {
    if (v < min) {
      min = v;
    } else if (v > max) {
      max = v;
    }
  }
};

struct MinMax {
  static constexpr info meta{"minmax", "1.0.0",
                             "Keep the smallest and largest value of each field"};
  static constexpr const weir_metric_decl* const metrics[] = {&common::values_refused_decl,
                                                              nullptr};
  host self;

  void init() { table_.attach(self); }
  void add(const batch& rows) { table_.add(rows); }
  void push(sink& out);
  void reset() { table_.clear(); }

 private:
  common::SeriesTable<Extremes> table_;
};

}  // namespace weir::minmax
