#include "plugins/common/memory/hash_index.hpp"

namespace weir::common {

bool HashIndex::add(std::uint64_t hashed, std::uint32_t position) {
  if (used_ * 2 >= slots_.size()) grow();
  const Slot s{static_cast<std::uint32_t>(hashed >> 32U), position,
               static_cast<std::uint32_t>(hashed)};
  if (!place(s)) return false;
  ++used_;
  return true;
}

bool HashIndex::place(const Slot& s) {
  std::uint32_t at = s.low & mask();
  for (unsigned probe = 0; probe < probes_max; ++probe) {
    if (slots_[at].position == none) {
      slots_[at] = s;
      return true;
    }
    at = (at + 1) & mask();
  }
  return false;
}

// What finds no place in the larger table is forgotten; that takes chosen keys.
void HashIndex::grow() {
  std::vector<Slot> old(slots_.empty() ? slots_min : slots_.size() * 2, Slot{0, none, 0});
  old.swap(slots_);
  used_ = 0;
  for (const Slot& s : old) {
    if (s.position != none && place(s)) ++used_;
  }
}

void HashIndex::clear() {
  slots_ = std::vector<Slot>();
  used_ = 0;
}

std::size_t HashIndex::bytes_for(std::size_t n) {
  std::size_t slots = slots_min;
  while (n * 2 > slots) slots *= 2;
  return slots * sizeof(Slot) * 3 / 2;
}

}  // namespace weir::common
