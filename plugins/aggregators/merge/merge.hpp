#pragma once

// Makes one metric of those that have series and time in common.

#include <cstdint>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/memory/charge.hpp"
#include "plugins/common/memory/hash_index.hpp"
#include "plugins/common/series/kept_rows.hpp"

namespace weir::merge {

struct Merge {
  static constexpr info meta{"merge", "1.0.0", "Merge metrics of one series and time"};
  static constexpr const weir_metric_decl* const metrics[] = {&common::values_refused_decl,
                                                              nullptr};

  duration round_timestamp_to;
  static constexpr auto options =
      std::tuple{opt{"round_timestamp_to", &Merge::round_timestamp_to, "\"1ns\"",
                     "Times are rounded to a multiple of this first"}};
  host self;

  void init();
  void add(const batch& rows);
  void push(sink& out);
  void reset();

 private:
  struct Group {
    std::uint32_t series;
    common::KeptRow* row;
  };
  void add_row(const block& home, weir_row row);
  common::KeptRow* group_of(std::uint32_t series, std::int64_t time_ns);
  common::KeptRow* new_group(std::uint64_t hashed, std::uint32_t series);

  common::SeriesIndex index_;
  common::RowKeeper keeper_{index_};
  std::vector<Group> groups_;  // in the order they came in
  common::HashIndex by_key_;
  common::Charge charge_;
  std::uint64_t refused_ = 0;
};

}  // namespace weir::merge
