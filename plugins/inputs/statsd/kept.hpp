#pragma once

// Series that go on from report to report: of the kinds whose option delete_... is false.
//
// Threads    One thread at a time.
// Errors     add() counts in refused() what found no room.
// Limits     series_max, and what the host's budget grants.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <weir/sink.hpp>

#include "plugins/common/memory/charge.hpp"
#include "plugins/inputs/statsd/directory.hpp"
#include "plugins/inputs/statsd/running_stats.hpp"

namespace weir::statsd {

struct KeptField : Totals {
  RunningStats own;                         // what stats points to
  std::unordered_set<std::string> members;  // of a set
};
struct KeptSeries {
  Kind kind;
  std::string name;
  Tags tags;
  std::map<std::string, KeptField, std::less<>> fields;
  std::int64_t last_ns = 0;
};

class Kept {
 public:
  static constexpr std::size_t series_max = Directory::cells_max;

  explicit Kept(std::uint32_t percentile_limit) { memory_.percentile_limit = percentile_limit; }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  ~Kept() = default;
  void attach(const host& home);

  // What came for a cell in a window. A set's members come on their own.
  void add(const Cell& cell, const Totals& more);
  void add_member(const Cell& cell, std::string_view member);
  // Forgets the series to which nothing came since then.
  void expire(std::int64_t before_ns);

  template <typename F>
  void each(F&& f) const {
    for (const auto& [identity, series] : all_) f(series);
  }
  // How many values found no room, since the last time this was asked.
  std::uint64_t take_refused();

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return hash(text); }
  };
  KeptSeries* series_of(const Cell& cell);
  KeptField* field_of(const Cell& cell);
  bool room(std::size_t bytes);

  std::unordered_map<std::string, KeptSeries, Hash, std::equal_to<>> all_;  // by identity
  StatsMemory memory_;
  common::Charge charge_;
  std::size_t bytes_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace weir::statsd
