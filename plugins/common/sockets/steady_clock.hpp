#pragma once

// Time for deadlines.

#include <chrono>
#include <cstdint>

namespace weir::common {

// Nanoseconds of the steady clock.
inline std::int64_t steady_ns() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

}  // namespace weir::common
