#pragma once

// Emits the last metric of each series: at the end of each window, or once nothing came for a while.

#include <cstdint>
#include <string>

#include <weir/weir.hpp>

#include "plugins/common/series/kept_series.hpp"

namespace weir::final_aggregator {

struct Final {
  static constexpr info meta{"final", "1.0.0", "Report the last metric of a series"};
  static constexpr const weir_metric_decl* const metrics[] = {&common::values_refused_decl,
                                                              nullptr};
  static constexpr const char* strategies[] = {"timeout", "periodic", ""};

  std::string output_strategy;
  duration series_timeout;
  bool keep_original_field_names{};
  static constexpr auto options = std::tuple{
      opt{"output_strategy", &Final::output_strategy, "\"timeout\"",
          "timeout: when nothing came for series_timeout; periodic: at the end of each period"}
          .one_of(strategies),
      opt{"series_timeout", &Final::series_timeout, "\"5m\"",
          "How long a series is silent before its last metric is the final one"},
      opt{"keep_original_field_names", &Final::keep_original_field_names, "false",
          "Keep field keys as they are instead of adding _final"}};
  host self;

  void init();
  void add(const batch& rows);
  void push(sink& out);
  void reset() {}  // push() has begun the next window

 private:
  void add_row(const block& home, const weir_row& row);
  bool is_final(const common::KeptRow& row, std::int64_t now_ns) const;

  common::KeptSeries kept_;
  std::uint64_t refused_ = 0;
};

}  // namespace weir::final_aggregator
