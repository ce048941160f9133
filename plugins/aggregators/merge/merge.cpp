#include "plugins/aggregators/merge/merge.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include <weir/hash.hpp>

namespace weir::merge {
namespace {

constexpr std::size_t group_room_min = 64;

// As Go's Time.Round: halves up, multiples counted from the year 1.
std::int64_t rounded(std::int64_t ns, std::int64_t to_ns) {
  if (to_ns <= 1) return ns;
  __extension__ using Wide = __int128;
  constexpr Wide year_1_s = 62135596800;
  const auto rest =
      static_cast<std::int64_t>((static_cast<Wide>(ns) + year_1_s * 1'000'000'000) % to_ns);
  std::int64_t out = 0;
  const bool down = rest < to_ns - rest;
  const bool beyond = down ? __builtin_sub_overflow(ns, rest, &out)
                           : __builtin_add_overflow(ns, to_ns - rest, &out);
  return beyond ? ns : out;
}

std::uint64_t hash_of(std::uint32_t series, std::int64_t time_ns) {
  char bytes[sizeof series + sizeof time_ns];
  std::memcpy(bytes, &series, sizeof series);
  std::memcpy(bytes + sizeof series, &time_ns, sizeof time_ns);
  return hash({bytes, sizeof bytes});
}

}  // namespace

void Merge::init() {
  index_.attach(self);
  charge_.attach(self);
}

void Merge::add(const batch& rows) {
  index_.begin(rows.home());
  for (const row r : rows) add_row(rows.home(), r.raw());
  index_.end();
}

void Merge::add_row(const block& home, weir_row row) {
  const std::uint32_t series = index_.find(row);
  row.time_ns = rounded(row.time_ns, round_timestamp_to.ns);
  common::KeptRow* group =
      series == common::SeriesIndex::none ? nullptr : group_of(series, row.time_ns);
  if (group == nullptr) {
    refused_ += row.n_field;
    return;
  }
  if (group->n == 0) {
    group->time_ns = row.time_ns;
    group->kind = row.kind;
  }
  const weir_field* f = home.fields() + row.field0;
  for (const weir_field* end = f + row.n_field; f != end; ++f) {
    if (!keeper_.set(*group, home, *f)) ++refused_;
  }
}

common::KeptRow* Merge::group_of(std::uint32_t series, std::int64_t time_ns) {
  const std::uint64_t hashed = hash_of(series, time_ns);
  const std::uint32_t known = by_key_.find(hashed, [&](std::uint32_t i) {
    return groups_[i].series == series && groups_[i].row->time_ns == time_ns;
  });
  if (known != common::HashIndex::none) return groups_[known].row;
  common::KeptRow* made = new_group(hashed, series);
  if (made != nullptr) made->time_ns = time_ns;
  return made;
}

common::KeptRow* Merge::new_group(std::uint64_t hashed, std::uint32_t series) {
  const auto fresh = static_cast<std::uint32_t>(groups_.size());
  if (groups_.size() == groups_.capacity()) {
    const std::size_t room = std::max(group_room_min, groups_.capacity() * 2);
    if (!charge_.hold(room * 2 * sizeof(Group) + common::HashIndex::bytes_for(room))) {
      return nullptr;
    }
    groups_.reserve(room);
  }
  common::KeptRow* row = keeper_.make();
  if (row == nullptr || !by_key_.add(hashed, fresh)) return nullptr;
  groups_.push_back({series, row});
  return row;
}

void Merge::push(sink& out) {
  common::report_refused(self, refused_, index_.size());
  for (const Group& group : groups_) {
    if (group.row->n != 0) keeper_.emit(out, group.series, *group.row);
  }
}

void Merge::reset() {
  groups_ = std::vector<Group>();  // = {} would keep the memory
  by_key_.clear();
  index_.clear();
  charge_.hold(0);
  refused_ = 0;
}

}  // namespace weir::merge

WEIR_MODULE("merge", "1.0.0", weir::merge::Merge)
