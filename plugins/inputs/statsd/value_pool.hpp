#pragma once

// Memory for the values that medians and percentiles are made of: arrays that grow by powers of two and are
// used again by whoever needs that size next.
//
// Threads    One thread at a time.
// Ownership  An array belongs to the pool and is given back to the one it came from.
// Errors     grow() says false where the bound or the host's budget is reached; the array stays as it is.
// Limits     bytes_max for all arrays of a pool.

#include <array>
#include <cstddef>
#include <cstdint>

#include <weir/sink.hpp>

#include "plugins/common/memory/arena.hpp"
#include "plugins/common/memory/charge.hpp"

namespace weir::statsd {

// Values in an array of the pool.
struct Values {
  double* at = nullptr;
  std::uint32_t n = 0, room = 0;
};

class ValuePool {
 public:
  static constexpr std::size_t bytes_max = std::size_t{256} << 20;

  void attach(const host& home) { charge_.attach(home); }
  // Room for one more value.
  bool grow(Values& values);
  // Empties it and takes its array back.
  void give_back(Values& values);
  std::size_t bytes() const { return arena_.bytes(); }

 private:
  struct Free {
    Free* next;
  };
  static constexpr std::uint32_t smallest = 8;
  static unsigned class_of(std::uint32_t room);

  std::array<Free*, 32> free_{};  // by class: arrays of smallest << class values
  common::Arena arena_;
  common::Charge charge_;
};

}  // namespace weir::statsd
