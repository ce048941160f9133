#pragma once

// Selected rows made into blocks of their own: merging small batches into a full one, compacting a batch of
// which little is selected, copying one for a processor that edits.
//
//   Merge plan(selections);            // looks at the rows once
//   get a buffer of plan.bytes();
//   used = plan.write(buffer);
//
// Where at least half of a block's rows are selected its strings, tags and fields are copied whole; otherwise only what
// the selected rows use. Tag ranges that rows share stay shared. Equal strings of different blocks are not united.
//
// Threads    A plan is for one thread; the blocks must not change between its construction and write().
// Ownership  Selections borrow block and mask.
// Errors     None. Blocks have passed validate() or come from a builder; broken invariants about overlapping
//            ranges cost space, not safety.
// Units      Bytes.
// Limits     All blocks of one plan have the same signal. A plan of more than 4 GiB - 1 writes nothing.
//            Extension sections survive only in a plan of one selection.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <weir/builder.hpp>

#include "core/batch/row_mask.hpp"

namespace weir {

// Rows [row0, row0 + n_rows) of the block whose bit is set in mask; nullptr = all of them.
struct Selection {
  const weir_batch* batch{nullptr};
  const std::uint64_t* mask{nullptr};
  std::uint32_t row0{0}, n_rows{0};
};

[[nodiscard]] inline Selection whole(const weir_batch& b) { return {&b, nullptr, 0, b.n_rows}; }
[[nodiscard]] inline Selection selection_of(const weir_delivery& d) {
  return {d.batch, d.mask, d.row0, d.n_rows};
}

[[nodiscard]] std::uint32_t count_selected(const Selection& s);
// What the selected rows weigh: their share of the block, messages of raw rows exactly.
[[nodiscard]] std::uint64_t selected_bytes(const Selection& s);
// The first n selected rows; s keeps the others.
[[nodiscard]] Selection take_front(Selection& s, std::uint32_t n);

// Whether a block leaves room behind its sections, so that processors can edit it in place.
enum class Room : std::uint8_t { none, slack };

class Merge {
 public:
  explicit Merge(std::span<const Selection> selections, Room room = Room::none);
  explicit Merge(const Selection& one, Room room = Room::none) : Merge(std::span(&one, 1), room) {}

  [[nodiscard]] std::uint32_t rows() const { return counts_.rows; }
  // Size of the buffer that write() needs, room included.
  [[nodiscard]] std::uint64_t bytes() const;
  // Writes the block into out (64-aligned, bytes() long). Returns its total, 0 where it would be too large.
  [[nodiscard]] std::uint32_t write(std::uint8_t* out) const;

 private:
  struct Counts {
    std::uint32_t rows{0};
    std::uint64_t tags{0}, fields{0}, strings{0}, blob{0};
  };
  // What the selected rows of one block use, with ids counted from 0.
  struct Picked {
    std::vector<weir_row> rows;
    std::vector<weir_tag> tags;
    std::vector<std::uint32_t> old_ids;  // of each string
    std::vector<std::uint32_t> new_ids;  // of each string of the block, or WEIR_NO_ID
  };
  struct Part {
    Selection selection;
    Counts base;                     // where its share of each section begins
    std::unique_ptr<Picked> picked;  // none: all but rows is copied whole
  };
  class Picker;
  class Writer;

  void add_whole(const Selection& s);
  void add_picked(const Selection& s, Part& part);
  void keep_extensions(const weir_batch& b);
  [[nodiscard]] detail::layout layout() const;

  std::vector<Part> parts_;
  Counts counts_;
  std::vector<weir_ext> extensions_;
  std::uint16_t signal_{WEIR_SIG_METRIC};
  Room room_;
};

// A copy of the whole block with room behind its sections: rows, masks and ids stay valid for it.
[[nodiscard]] std::uint64_t copy_bytes(const weir_batch& b);
// out: 64-aligned, copy_bytes() long. Returns the total.
std::uint32_t copy_with_slack(const weir_batch& b, std::uint8_t* out);

}  // namespace weir
