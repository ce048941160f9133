#pragma once

// Takes every metric and keeps none.

#include <weir/weir.hpp>

namespace weir::discard {

struct Discard {
  static constexpr info meta{"discard", "1.0.0", "Send metrics to nowhere at all"};
  void write(const delivery&) {}
};

}  // namespace weir::discard
