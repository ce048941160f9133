#pragma once

// How far an output that sends rows one by one came with a delivery; kept for the retry of the same rows.
//
// Threads  One at a time.

#include <cstdint>

#include <weir/abi.h>

namespace weir::common {

class Progress {
 public:
  // Goes on with these rows, or begins with them. Returns the first row that has to be looked at.
  std::uint32_t resume(const weir_delivery& d) {
    const bool same = batch_id_ == d.batch_id && row0_ == d.row0 && n_rows_ == d.n_rows;
    if (!same || d.attempt == 1) {
      batch_id_ = d.batch_id;
      row0_ = next_ = d.row0;
      n_rows_ = d.n_rows;
    }
    return next_;
  }
  // The row, and all before it, need not be looked at again.
  void done(std::uint32_t row) { next_ = row + 1; }
  // All of it is done: the next delivery begins anew, even if its block has the same place in memory.
  void finish() { *this = {}; }

 private:
  std::uint64_t batch_id_ = 0;
  std::uint32_t row0_ = 0, n_rows_ = 0;
  std::uint32_t next_ = 0;
};

}  // namespace weir::common
