#pragma once

// Drops metrics that only repeat the values which their series had last.
//
// What a series had last is kept for dedup_interval, measured from the metric's own time to the clock: a repetition
// after that passes and is kept anew.

#include <cstdint>

#include <weir/weir.hpp>

#include "plugins/common/series/kept_series.hpp"

namespace weir::dedup {

struct Dedup {
  static constexpr info meta{"dedup", "1.0.0", "Drop metrics that repeat the values before"};
  static constexpr weir_metric_decl metrics_unknown_decl =
      declare_metric(WEIR_COUNTER, "metrics_unknown", "metrics",
                     "Metrics that passed unlooked at, for their series found no room in memory");
  static constexpr const weir_metric_decl* const metrics[] = {&metrics_unknown_decl, nullptr};

  duration dedup_interval;
  static constexpr auto options =
      std::tuple{opt{"dedup_interval", &Dedup::dedup_interval, "\"600s\"",
                     "How long repetitions are dropped after the metric that they repeat"}};
  host self;

  void init();
  void keep(const batch& rows, kept_rows& kept);

 private:
  bool is_news(const block& home, const weir_row& row);
  bool is_old(const common::KeptRow& last) const;
  bool differs(const common::KeptRow& last, const block& home, const weir_row& row);
  bool add_fields(common::KeptRow& last, const block& home, const weir_row& row);
  void forget_old();
  void report_unknown();

  common::KeptSeries kept_;
  std::int64_t now_ns_ = 0;
  std::int64_t forgot_ns_ = 0;  // when forget_old() was last at work
  std::uint64_t unknown_ = 0;   // metrics of this batch whose series found no room
};

}  // namespace weir::dedup
