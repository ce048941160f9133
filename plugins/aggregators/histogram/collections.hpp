#pragma once

// The histograms of a series' fields, in the memory of a SeriesIndex.
//
// Threads    One thread.
// Errors     nullptr where memory is refused.
// Ownership  Collections end with the clear() of their index.

#include <cstdint>

#include "plugins/aggregators/histogram/buckets.hpp"
#include "plugins/common/series/series_index.hpp"

namespace weir::histogram {

struct Field {
  std::uint32_t key;       // of the index
  const Buckets* buckets;  // nullptr: nobody asked for this field
  std::int64_t* counts;    // of each bucket
};

struct Collection {
  std::int64_t expires_ns;
  Field* fields;
  std::uint32_t n, room;
  bool updated;
};

inline Collection* collection_of(const common::SeriesIndex& index, std::uint32_t series) {
  return static_cast<Collection*>(index.cells(series).at);
}
// That of the series, new where it has none.
Collection* make_collection(common::SeriesIndex& index, std::uint32_t series);
Field* add_field(common::SeriesIndex& index, Collection& to, std::uint32_t key,
                 const Buckets* buckets);
// Moves a series with its counts to another index. False: some or all found no room.
bool move_collection(const common::SeriesIndex& from, std::uint32_t series,
                     common::SeriesIndex& to);

}  // namespace weir::histogram
