#pragma once

// Basic statistics of each numeric field of each series in a window.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/series/series_table.hpp"

namespace weir::basicstats {

// What is known of one field. Changes are against the window's first value.
struct Stats {
  double count, min, max, sum, mean;
  double squares;  // sum of squared distances from the mean
  double first, last;
  double moved_last;  // the last value whose time was another than the first one's
  std::int64_t first_ns, last_ns, moved_last_ns;

  Stats(double v, std::int64_t ns);
  void add(double v, std::int64_t ns);
  double variance() const { return squares / (count - 1); }
  double diff() const { return last - first; }
  double rate() const;  // per second; it stays where time stands still
  std::int64_t interval_ns() const;
};

struct BasicStats {
  static constexpr info meta{"basicstats", "1.0.0", "Keep basic statistics of each field"};
  static constexpr const weir_metric_decl* const metrics[] = {&common::values_refused_decl,
                                                              nullptr};

  std::optional<std::vector<std::string>> stats;
  static constexpr auto options = std::tuple{
      opt{"stats", &BasicStats::stats, nullptr,
          "Which statistics; count, min, max, mean, s2 and stdev if not written, none if empty"}};
  host self;

  void init();
  void add(const batch& rows) { table_.add(rows); }
  void push(sink& out);
  void reset() { table_.clear(); }

 private:
  using Write = void (*)(builder& row, std::string& key, const Stats& stats);
  struct Kind {
    const char* name;
    Write write;
    bool needs_two;  // values
  };
  static const Kind kinds[];
  static const Kind* find(const std::string& name);
  void write(builder& row, std::string& key, const Stats& of) const;

  std::vector<const Kind*> chosen_;
  common::SeriesTable<Stats> table_;
};

}  // namespace weir::basicstats
