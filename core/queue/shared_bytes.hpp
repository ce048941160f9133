#pragma once

// What outputs of one format make of a block once for all of them: the bytes of all its rows.
//
// Ownership  SharedBytes goes with the copies of a parcel and dies with the last one. Serialized is immutable; who
//            holds one may read it whatever becomes of the parcel.
// Threads    Slot i is guarded by the mutex of the format that has number i (core/pipeline/shared_format.hpp).
// Limits     The bytes are charged to the budget as blocks; how many are kept is the format's business.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/queue/block.hpp"

namespace weir::queue {

struct Serialized {
  BlockRef bytes;  // Empty: this block's rows cannot be shared, each output serializes for itself.
  std::vector<std::uint32_t> row_end;

  // Points a delivery of some rows of the block, all of them selected, at their bytes. ends: receives the ends of
  // its rows; lives as long as the delivery.
  void cut(weir_delivery& delivery, std::vector<std::uint32_t>& ends) const;
};

class SharedBytes {
 public:
  // epoch: of the formats that number the slots; those of another one leave them alone.
  explicit SharedBytes(std::size_t formats, std::uint64_t epoch = 0)
      : epoch_(epoch), slots_(formats) {}
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  [[nodiscard]] std::shared_ptr<const Serialized>& slot(std::size_t format) {
    return slots_[format];
  }

 private:
  const std::uint64_t epoch_;
  std::vector<std::shared_ptr<const Serialized>> slots_;
};

}  // namespace weir::queue
