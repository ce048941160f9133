#include "plugins/aggregators/histogram/collections.hpp"

#include <algorithm>
#include <new>

namespace weir::histogram {

using common::SeriesIndex;

Collection* make_collection(SeriesIndex& index, std::uint32_t series) {
  auto& cells = index.cells(series);
  if (cells.at == nullptr) {
    void* at = index.take(sizeof(Collection));
    if (at != nullptr) index.cells(series).at = new (at) Collection{};
  }
  return collection_of(index, series);
}

Field* add_field(SeriesIndex& index, Collection& to, std::uint32_t key, const Buckets* buckets) {
  if (to.n == to.room) {
    const std::uint32_t room = std::max<std::uint32_t>(4, to.room * 2);
    auto* fresh = static_cast<Field*>(index.take(room * sizeof(Field)));
    if (fresh == nullptr) return nullptr;
    std::copy_n(to.fields, to.n, fresh);
    to.fields = fresh;
    to.room = room;
  }
  std::int64_t* counts = nullptr;
  if (buckets != nullptr) {
    counts = static_cast<std::int64_t*>(index.take(buckets->size() * sizeof(std::int64_t)));
    if (counts == nullptr) return nullptr;
    std::fill_n(counts, buckets->size(), 0);
  }
  to.fields[to.n] = {key, buckets, counts};
  return &to.fields[to.n++];
}

bool move_collection(const SeriesIndex& from, std::uint32_t series, SeriesIndex& to) {
  const Collection& old = *collection_of(from, series);
  const std::uint32_t moved = to.adopt(from, series);
  Collection* made = moved == SeriesIndex::none ? nullptr : make_collection(to, moved);
  if (made == nullptr) return false;
  made->expires_ns = old.expires_ns;
  made->updated = old.updated;
  for (const Field* f = old.fields; f != old.fields + old.n; ++f) {
    const std::uint32_t key = to.number_of(from.text(f->key));
    Field* copy = key == SeriesIndex::none ? nullptr : add_field(to, *made, key, f->buckets);
    if (copy == nullptr) return false;
    if (f->buckets != nullptr) std::copy_n(f->counts, f->buckets->size(), copy->counts);
  }
  return true;
}

}  // namespace weir::histogram
