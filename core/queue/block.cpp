#include "core/queue/block.hpp"

#include <cstdlib>
#include <new>

namespace weir::queue {
namespace {

constexpr std::uint64_t alignment = 64;
// What a block costs beside its bytes: itself, the allocator's headers, the parcel that holds it.
constexpr std::uint64_t overhead_bytes = 256;

std::int64_t charge_of(std::uint64_t cap) {
  return static_cast<std::int64_t>(cap + overhead_bytes);
}

constexpr std::uint64_t round_up(std::uint64_t bytes) {
  return (bytes + alignment - 1) / alignment * alignment;
}

}  // namespace

Block::~Block() {
  std::free(data_);
  budget_.give_back(charge_of(cap_bytes_));
}

BlockRef BlockRef::make(Budget& budget, std::uint64_t bytes, Budget::Use use) {
  const std::uint64_t cap = round_up(bytes);
  if (!budget.charge(charge_of(cap), use)) return {};
  auto* data = static_cast<std::uint8_t*>(std::aligned_alloc(alignment, cap));
  Block* block = data == nullptr ? nullptr : new (std::nothrow) Block(data, cap, budget);
  if (block != nullptr) return BlockRef(block);
  std::free(data);
  budget.give_back(charge_of(cap));
  return {};
}

BlockRef BlockRef::adopt(weir_buf& buf) {
  auto* block = reinterpret_cast<Block*>(buf.id);
  buf = weir_buf{};
  return BlockRef(block);
}

BlockRef BlockRef::share(std::uint64_t id) {
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
