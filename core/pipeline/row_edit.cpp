#include "core/pipeline/row_edit.hpp"

#include <span>

#include "core/batch/rows.hpp"

namespace weir::pipeline {

weir_buf BlockBuffers::get(std::uint64_t bytes) {
  auto block = queue::BlockRef::make(budget_, bytes, queue::Budget::Use::forced);
  if (!block) throw std::bad_alloc();
  return std::move(block).to_buf();
}

void BlockBuffers::put(weir_buf& buf) noexcept {
  if (buf.id != 0) queue::BlockRef::adopt(buf);
}

namespace {

Selection selection_of(const queue::Parcel& parcel) {
  return {parcel.block.batch(), parcel.mask_bits(), parcel.row0, parcel.n_rows};
}

queue::BlockRef merged(std::span<const Selection> parts, Room room, queue::Budget& budget) {
  const Merge plan(parts, room);
  auto block = queue::BlockRef::make(budget, plan.bytes(), queue::Budget::Use::forced);
  return block && plan.write(block->data()) != 0 ? block : queue::BlockRef{};
}

bool replace_block(queue::Parcel& parcel, Room room, queue::Budget& budget) {
  const Selection part = selection_of(parcel);
  auto block = merged({&part, 1}, room, budget);
  if (!block) return false;
  parcel.block = std::move(block);
  parcel.shared.reset();
  parcel.mask.clear();
  parcel.row0 = 0;
  parcel.n_rows = parcel.block.batch()->n_rows;
  return true;
}

}  // namespace

bool make_exclusive(queue::Parcel& parcel, queue::Budget& budget) {
  return replace_block(parcel, Room::slack, budget);
}

bool compact(queue::Parcel& parcel, queue::Budget& budget) {
  return replace_block(parcel, Room::none, budget);
}

queue::Parcel join_parcels(const std::vector<queue::Parcel>& parts, queue::Budget& budget) {
  std::vector<Selection> selections;
  std::vector<std::shared_ptr<queue::Token>> tokens;
  for (const auto& part : parts) {
    selections.push_back(selection_of(part));
    tokens.insert(tokens.end(), part.tokens.begin(), part.tokens.end());
  }
  auto block = merged(selections, Room::none, budget);
  if (!block) return {};
  queue::Parcel joined = queue::Parcel::whole(std::move(block), parts.front().lane);
  joined.tokens = std::move(tokens);
  joined.queued_ns = parts.front().queued_ns;
  joined.record_end = parts.back().record_end;
  return joined;
}

void apply_keep(queue::Parcel& parcel, const std::vector<std::uint64_t>& keep) {
  auto& mask = parcel.explicit_mask();
  for (std::uint32_t i = 0; i < parcel.n_rows; ++i) {
    if (!bit(keep.data(), i)) clear_bit(mask.data(), parcel.row0 + i);
  }
}

}  // namespace weir::pipeline
