#pragma once

// The serializer of several outputs that want the same format: a block's rows become bytes once, by the output that
// needs them first, and the others send slices of them. Why so: docs/decisions/0006-bytes-shared-by-outputs.md.
//
// Only for serializers that say WEIR_ROWS_ALONE, and for rows that no output filters or changes; else each output
// serializes for itself.
//
// Threads  Any; who comes while a block is being serialized waits for its bytes.
// Limits   Bytes that outputs are late for are kept up to kept_bytes_max and a part of the memory budget; beyond, the
//          oldest go, and a late output makes them again.

#include <deque>
#include <memory>
#include <mutex>

#include "core/pipeline/serializer.hpp"
#include "core/queue/shared_bytes.hpp"

namespace weir::pipeline {

class SharedFormat {
 public:
  static constexpr std::int64_t kept_bytes_max = 8 << 20;
  static constexpr std::int64_t kept_part = 16;
  // Blocks of fewer rows cost less than keeping account of them.
  static constexpr std::uint32_t rows_min = 64;

  // number: which slot of SharedBytes is this format's, in those of the epoch: a reload numbers formats anew.
  SharedFormat(std::unique_ptr<Serializer> serializer, std::size_t number,
               std::int64_t budget_bytes, std::uint64_t epoch = 0);

  // The bytes of all rows of the block; nullptr when they cannot be shared.
  std::shared_ptr<const queue::Serialized> of(const queue::BlockRef& block,
                                              const std::shared_ptr<queue::SharedBytes>& shared);
  [[nodiscard]] Instance& instance() { return serializer_->instance(); }

 private:
  struct Kept {
    std::weak_ptr<queue::SharedBytes> where;
    std::int64_t bytes;
  };
  std::shared_ptr<const queue::Serialized> serialize(const queue::BlockRef& block);
  void keep(const std::shared_ptr<queue::SharedBytes>& shared, std::int64_t bytes);

  const std::size_t number_;
  const std::uint64_t epoch_;
  const std::int64_t kept_max_;
  std::mutex mutex_;
  // Guarded by mutex_:
  const std::unique_ptr<Serializer> serializer_;
  std::deque<Kept> kept_;  // The oldest first.
  std::int64_t kept_bytes_{0};
};

}  // namespace weir::pipeline
