#include "plugins/common/memory/hash_index.hpp"

#include <gtest/gtest.h>

#include <weir/hash.hpp>

namespace weir::common {
namespace {

std::uint64_t hash_of(std::uint32_t i) { return hash(std::to_string(i)); }

TEST(HashIndex, FindsWhatWasAdded) {
  HashIndex index;
  for (std::uint32_t i = 0; i < 20000; ++i) {
    const auto is = [i](std::uint32_t position) { return position == i; };
    EXPECT_EQ(index.find(hash_of(i), is), HashIndex::none);
    ASSERT_TRUE(index.add(hash_of(i), i));
    EXPECT_LE(index.bytes(), HashIndex::bytes_for(i + 1));
  }
  for (std::uint32_t i = 0; i < 20000; ++i) {
    EXPECT_EQ(index.find(hash_of(i), [i](std::uint32_t p) { return p == i; }), i);
  }
  index.clear();
  EXPECT_EQ(index.find(hash_of(1), [](std::uint32_t) { return true; }), HashIndex::none);
  EXPECT_EQ(index.bytes(), 0U);
}

TEST(HashIndex, TakesAMillionByChance) {
  HashIndex index;
  for (std::uint32_t i = 0; i < 1'000'000; ++i) ASSERT_TRUE(index.add(hash_of(i), i)) << i;
}

TEST(HashIndex, RefusesWhatMeetsTooOften) {
  HashIndex index;
  std::uint32_t taken = 0;
  while (taken < 500 && index.add(std::uint64_t{7} << 32U, taken)) ++taken;
  EXPECT_LT(taken, 500U);
  EXPECT_EQ(index.find(std::uint64_t{7} << 32U, [&](std::uint32_t p) { return p == taken - 1; }),
            taken - 1);
}

}  // namespace
}  // namespace weir::common
