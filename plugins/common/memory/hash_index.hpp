#pragma once

// Hash -> position in somebody's array, by open addressing.
//
// Threads    One thread at a time.
// Errors     add() says false where too many hashes meet, which takes chosen keys.
// Limits     probes_max places are looked at for one hash.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir::common {

class HashIndex {
 public:
  static constexpr std::uint32_t none = 0xffffffffU;

  // The first position with this hash for which is(position) holds.
  template <typename F>
  std::uint32_t find(std::uint64_t hashed, F&& is) const {
    if (slots_.empty()) return none;
    const std::uint32_t tag = static_cast<std::uint32_t>(hashed >> 32U);
    std::uint32_t at = static_cast<std::uint32_t>(hashed) & mask();
    for (unsigned probe = 0; probe < probes_max && slots_[at].position != none; ++probe) {
      if (slots_[at].tag == tag && is(slots_[at].position)) return slots_[at].position;
      at = (at + 1) & mask();
    }
    return none;
  }
  bool add(std::uint64_t hashed, std::uint32_t position);
  void clear();
  std::size_t bytes() const { return slots_.size() * sizeof(Slot); }
  // What it takes in all once n positions are in it, and what it takes meanwhile to get there.
  static std::size_t bytes_for(std::size_t n);

 private:
  // Half full, a million entries by chance have a run of 71 somewhere.
  static constexpr unsigned probes_max = 128;
  static constexpr std::size_t slots_min = 64;
  struct Slot {
    std::uint32_t tag, position, low;
  };
  std::uint32_t mask() const { return static_cast<std::uint32_t>(slots_.size() - 1); }
  bool place(const Slot& s);
  void grow();
  std::vector<Slot> slots_;
  std::uint32_t used_ = 0;
};

}  // namespace weir::common
