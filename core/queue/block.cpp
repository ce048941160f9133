#include "core/queue/block.hpp"

#include <new>

namespace weir::queue {
namespace {

// What a block costs beside its bytes: itself, the allocator's headers, the parcel that holds it.
constexpr std::uint64_t overhead_bytes = 256;

std::int64_t charge_of(std::uint64_t cap) {
  return static_cast<std::int64_t>(cap + overhead_bytes);
}

}  // namespace

Block::~Block() {
  budget_.recycler().put(data_, cap_bytes_);
  budget_.give_back(charge_of(cap_bytes_));
}

BlockRef BlockRef::make(Budget& budget, std::uint64_t bytes, Budget::Use use) {
  const std::uint64_t cap = Recycler::size_of(bytes);
  if (!budget.charge(charge_of(cap), use)) return {};
  std::uint8_t* const data = budget.recycler().take(cap);
  Block* block = data == nullptr ? nullptr : new (std::nothrow) Block(data, cap, budget);
  if (block != nullptr) return BlockRef(block);
  if (data != nullptr) budget.recycler().put(data, cap);
  budget.give_back(charge_of(cap));
  return {};
}

BlockRef BlockRef::adopt(weir_buf& buf) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the contract's id of a buffer is its block
  auto* block = reinterpret_cast<Block*>(buf.id);
  buf = weir_buf{};
  return BlockRef(block);
}

BlockRef BlockRef::share(std::uint64_t id) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): as above
  BlockRef ref(reinterpret_cast<Block*>(id));
  ref.retain();
  return ref;
}

weir_buf BlockRef::to_buf() && {
  weir_buf buf{sizeof(weir_buf), 0, block_->id(), block_->data(), block_->cap_bytes()};
  block_ = nullptr;
  return buf;
}

}  // namespace weir::queue
