#pragma once

// One metric of each series, kept until the plugin forgets it.
//
// Ownership  Rows are valid until forget_if().
// Threads    One thread at a time.
// Errors     nullptr or false where memory is refused; forget_if() counts what it lost.
// Limits     Those of SeriesIndex. forget_if() gives memory back by moving what stays, so it needs room for that
//            beside what is there.

#include <array>
#include <cstddef>
#include <cstdint>

#include "plugins/common/series/kept_rows.hpp"

namespace weir::common {

class KeptSeries {
 public:
  void attach(const host& home) {
    for (Store& store : stores_) store.index.attach(home);
  }
  // Begins with the rows of another block; end() when they are done.
  void begin(const block& home) { index().begin(home); }
  void end() { index().end(); }

  SeriesIndex& index() { return stores_[current_].index; }
  RowKeeper& keeper() { return stores_[current_].keeper; }

  // What is kept of the row's series, without fields where that is new; nullptr when refused.
  KeptRow* find(const weir_row& row);

  // Forgets the metrics of which is_over(series, row) says so. Returns how many fields of the others found no room.
  template <typename F>
  std::uint64_t forget_if(F&& is_over) {
    bool any = false;
    for (std::uint32_t i = 0; i < index().size(); ++i) {
      const KeptRow* row = row_of(index(), i);
      if (row == nullptr || !is_over(i, *row)) continue;
      index().cells(i).at = nullptr;
      any = true;
    }
    return any ? move_rest() : 0;
  }

 private:
  struct Store {
    SeriesIndex index;
    RowKeeper keeper{index};
  };
  static KeptRow* row_of(const SeriesIndex& index, std::uint32_t series) {
    return static_cast<KeptRow*>(index.cells(series).at);
  }
  std::uint64_t move_rest();

  std::array<Store, 2> stores_;
  std::size_t current_ = 0;
};

}  // namespace weir::common
