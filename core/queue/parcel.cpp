#include "core/queue/parcel.hpp"

#include <bit>

#include <weir/batch.hpp>

namespace weir::queue {
namespace {

// Bits of word w that lie in [from, to).
std::uint64_t window(std::uint32_t w, std::uint32_t from, std::uint32_t to) {
  const std::uint32_t base = w * 64;
  std::uint64_t bits = ~std::uint64_t{0};
  if (from > base) bits &= ~std::uint64_t{0} << (from - base);
  if (to < base + 64) bits &= ~(~std::uint64_t{0} << (to - base));
  return bits;
}

}  // namespace

std::uint32_t count_bits(const std::uint64_t* bits, std::uint32_t from, std::uint32_t n) {
  if (bits == nullptr || n == 0) return n;
  std::uint32_t count = 0;
  for (std::uint32_t w = from / 64; w * 64 < from + n; ++w) {
    count += static_cast<std::uint32_t>(std::popcount(bits[w] & window(w, from, from + n)));
  }
  return count;
}

std::uint32_t Parcel::count() const { return count_bits(mask_bits(), row0, n_rows); }

weir_delivery Parcel::delivery(std::uint64_t id) const {
  weir_delivery d{};
  d.size = sizeof d;
  d.attempt = 1;
  d.id = id;
  d.batch_id = block->id();
  d.batch = block.batch();
  d.mask = mask_bits();
  d.row0 = row0;
  d.n_rows = n_rows;
  d.lane = lane;
  return d;
}

std::vector<std::uint64_t>& Parcel::explicit_mask() {
  if (mask.empty()) mask.assign(words(row0 + n_rows), ~std::uint64_t{0});
  return mask;
}

Parcel Parcel::whole(BlockRef block, std::uint32_t lane) {
  Parcel p;
  p.n_rows = block.batch()->n_rows;
  p.block = std::move(block);
  p.lane = lane;
  return p;
}

}  // namespace weir::queue
