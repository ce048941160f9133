#pragma once

// What an instance keeps beyond a call, as the host's budget knows it.
//
// Threads    One thread at a time.
// Errors     hold() says false when the budget refuses; the caller then evicts or does without.
// Units      Bytes, charged in steps of step_bytes so that the budget is seldom asked.

#include <cstddef>

#include <weir/sink.hpp>

namespace weir::common {

class Charge {
 public:
  static constexpr std::size_t step_bytes = std::size_t{64} << 10U;

  Charge() = default;
  Charge(const Charge&) = delete;
  Charge& operator=(const Charge&) = delete;
  ~Charge() { hold(0); }

  // In init() or start(). Before, and where the host has no budget, everything is granted.
  void attach(const host& home);
  // Holds so much from now on: charges what is missing, or gives back what is too much.
  bool hold(std::size_t bytes);
  std::size_t held_bytes() const { return held_; }

 private:
  host home_;
  const weir_budget_v1* budget_ = nullptr;
  std::size_t held_ = 0;
};

}  // namespace weir::common
