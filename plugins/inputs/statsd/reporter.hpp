#pragma once

// Makes metrics of what came.
//
// Threads    One thread at a time.
// Limits     Those of Kept for what goes on from report to report.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weir/sink.hpp>

#include "plugins/common/go_time/go_layout.hpp"
#include "plugins/inputs/statsd/kept.hpp"
#include "plugins/inputs/statsd/store.hpp"

namespace weir::statsd {

struct ReportSettings {
  std::array<bool, 5> keeps{};  // by Kind: series go on from report to report
  bool float_counters = false, float_timings = false, float_sets = false;
  bool start_time = false;      // a field of each metric
  std::int64_t max_ttl_ns = 0;  // 0 = for ever
  std::vector<double> percentiles{};
};

class Reporter {
 public:
  Reporter(ReportSettings settings, std::uint32_t percentile_limit);
  // begin_ns: where the first window begins.
  void attach(const host& home, std::int64_t begin_ns);

  void report(Window& window, std::int64_t now_ns, sink& out);
  // How many values found no room in what is kept, since the last time this was asked.
  std::uint64_t take_refused() { return kept_.take_refused(); }

 private:
  void collect(Window& window);
  template <typename Tags>
  builder& begin_row(sink& out, Kind kind, std::string_view name, const Tags& tags);
  void add_field(builder& row, Kind kind, std::string_view field, const Totals& totals);
  void add_timing(builder& row, std::string_view field, RunningStats& stats);
  void report_distributions(const Window& window, sink& out);
  void report_window(const Window& window, sink& out);
  void report_kept(sink& out);

  const ReportSettings settings_;
  std::vector<std::string> percentile_names_;
  common::GoLayout time_layout_{"2006-01-02T15:04:05Z07:00"};
  time_zone zone_;
  Kept kept_;
  std::int64_t last_ns_ = 0;
  std::string start_time_;
  std::vector<Series*> rows_;
  std::string key_;
};

}  // namespace weir::statsd
