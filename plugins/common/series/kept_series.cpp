#include "plugins/common/series/kept_series.hpp"

namespace weir::common {

KeptRow* KeptSeries::find(const weir_row& row) {
  const std::uint32_t series = index().find(row);
  if (series == SeriesIndex::none) return nullptr;
  auto& cells = index().cells(series);
  if (cells.at == nullptr) cells.at = keeper().make();
  return row_of(index(), series);
}

// To the other store; this one's memory is given back at once.
std::uint64_t KeptSeries::move_rest() {
  std::uint64_t lost = 0;
  SeriesIndex& from = index();
  current_ = 1 - current_;
  for (std::uint32_t i = 0; i < from.size(); ++i) {
    const KeptRow* row = row_of(from, i);
    if (row == nullptr) continue;
    const std::uint32_t series = index().adopt(from, i);
    KeptRow* made = series == SeriesIndex::none ? nullptr : keeper().make();
    if (made == nullptr || !keeper().copy(*made, *row, from)) lost += row->n;
    if (made != nullptr) index().cells(series).at = made;
  }
  from.clear();
  return lost;
}

}  // namespace weir::common
