#include "plugins/common/memory/arena.hpp"

#include <cstdint>
#include <cstring>

#include <gtest/gtest.h>

namespace weir::common {
namespace {

TEST(Arena, SaysBeforehandWhatItWillTake) {
  Arena arena;
  EXPECT_EQ(arena.bytes(), 0U);
  for (std::size_t n = 0; n < 200000; n = n * 3 + 7) {
    const std::size_t expected = arena.bytes_after(n);
    char* at = arena.take(n);
    EXPECT_EQ(arena.bytes(), expected) << n;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(at) % alignof(void*), 0U);
    std::memset(at, 1, n);
  }
  arena.clear();
  EXPECT_EQ(arena.bytes(), 0U);
}

}  // namespace
}  // namespace weir::common
