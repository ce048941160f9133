#pragma once

// Editing the selected rows of a parcel: makes the block exclusive, runs an editor over it, takes dropped rows
// out of the mask.
//
// Errors  false when the budget has no buffer for a copy; the parcel is then as it was.

#include <weir/editor.hpp>

#include "core/queue/parcel.hpp"

namespace weir::pipeline {

// Buffers for editors of the host itself: charged as work behind the inputs, never refused.
class BlockBuffers final : public buffer_source {
 public:
  explicit BlockBuffers(queue::Budget& budget) : budget_(budget) {}
  weir_buf get(std::uint64_t bytes) override;
  void put(weir_buf& buf) noexcept override;

 private:
  queue::Budget& budget_;
};

// Copies the selected rows into a block that nobody shares; the parcel is then all of it.
bool make_exclusive(queue::Parcel& parcel, queue::Budget& budget);

// The same without room to edit: for rows that are to wait, and would hold on to a larger block.
bool compact(queue::Parcel& parcel, queue::Budget& budget);

// The rows of all parts in one new block; an empty parcel when there is no memory for it.
queue::Parcel join_parcels(const std::vector<queue::Parcel>& parts, queue::Budget& budget);

// Clears the bits of rows that keep dropped; keep counts from row0.
void apply_keep(queue::Parcel& parcel, const std::vector<std::uint64_t>& keep);

// A block on loan to an editor, which may exchange it; it comes back however the edit ends.
class Loan {
 public:
  explicit Loan(queue::Parcel& parcel) : parcel_(parcel), buf_(std::move(parcel.block).to_buf()) {}
  Loan(const Loan&) = delete;
  Loan& operator=(const Loan&) = delete;
  ~Loan() { parcel_.block = queue::BlockRef::adopt(buf_); }
  weir_buf* buf() { return &buf_; }

 private:
  queue::Parcel& parcel_;
  weir_buf buf_;
};

// f(editor&) over the selected rows. Returns how many rows it dropped.
template <typename F>
std::uint32_t edit_rows(queue::Parcel& parcel, queue::Budget& budget, F&& f) {
  if (!parcel.block->unique() && !make_exclusive(parcel, budget)) return 0;
  const std::uint32_t before = parcel.count();
  std::vector<std::uint64_t> keep(words(parcel.n_rows), ~std::uint64_t{0});
  bool dropped = false;
  {
    Loan loan(parcel);
    BlockBuffers buffers(budget);
    editor rows(loan.buf(), parcel.mask_bits(), parcel.row0, parcel.n_rows, keep.data(), &buffers);
    f(rows);
    dropped = rows.any_dropped();
  }
  if (!dropped) return 0;
  apply_keep(parcel, keep);
  return before - parcel.count();
}

}  // namespace weir::pipeline
