#pragma once

// A batch buffer: memory charged to the budget, shared by reference count.
//
// Ownership  BlockRef owns one reference. The block is exclusively the caller's while unique() holds and no
//            view was handed out; only then may its bytes change.
// Threads    References may be copied and dropped by any thread; the bytes follow the rule above.
// Errors     make() returns an empty reference when the budget or the allocator refuses.

#include <atomic>
#include <cstdint>
#include <utility>

#include <weir/abi.h>

#include "core/queue/budget.hpp"

namespace weir::queue {

class Block {
 public:
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  [[nodiscard]] const weir_batch* batch() const {
    return reinterpret_cast<const weir_batch*>(data_);
  }
  // The block with this id, which has to be alive.
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the contract's id of a buffer is its block
  static Block& of(std::uint64_t id) { return *reinterpret_cast<Block*>(id); }
  [[nodiscard]] std::uint8_t* data() const { return data_; }
  [[nodiscard]] std::uint64_t cap_bytes() const { return cap_bytes_; }
  [[nodiscard]] std::uint64_t id() const { return reinterpret_cast<std::uint64_t>(this); }
  [[nodiscard]] bool unique() const { return refs_.load(std::memory_order_acquire) == 1; }

 private:
  friend class BlockRef;
  Block(std::uint8_t* data, std::uint64_t cap_bytes, Budget& budget)
      : data_(data), cap_bytes_(cap_bytes), budget_(budget) {}
  ~Block();

  std::atomic<std::uint32_t> refs_{1};
  std::uint8_t* data_;
  std::uint64_t cap_bytes_;
  Budget& budget_;
};

class BlockRef {
 public:
  BlockRef() = default;
  BlockRef(const BlockRef& other) : block_(other.block_) { retain(); }
  BlockRef(BlockRef&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  BlockRef& operator=(const BlockRef& other) { return *this = BlockRef(other); }
  BlockRef& operator=(BlockRef&& other) noexcept {
    BlockRef taken(std::move(other));
    std::swap(block_, taken.block_);
    return *this;
  }
  ~BlockRef() { release(); }

  // A 64-aligned buffer of at least bytes.
  static BlockRef make(Budget& budget, std::uint64_t bytes, Budget::Use use);
  // The reference behind a weir_buf that was made by as_buf(); takes it over.
  static BlockRef adopt(weir_buf& buf);
  // Another reference to the block with this id, which has to be alive.
  static BlockRef share(std::uint64_t id);

  explicit operator bool() const { return block_ != nullptr; }
  Block* operator->() const { return block_; }
  Block& operator*() const { return *block_; }
  [[nodiscard]] const weir_batch* batch() const { return block_->batch(); }

  // Gives the reference away as a buffer of the contract.
  weir_buf to_buf() &&;

 private:
  explicit BlockRef(Block* block) : block_(block) {}
  void retain() const {
    if (block_ != nullptr) block_->refs_.fetch_add(1, std::memory_order_relaxed);
  }
  void release() {
    if (block_ != nullptr && block_->refs_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      delete block_;
    }
  }
  Block* block_{nullptr};
};

}  // namespace weir::queue
