#include "core/batch/row_mask.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

// Goal: the word-wise operations agree with a bool per row, at every alignment of ranges and sizes.

namespace weir {
namespace {

using Bools = std::vector<bool>;

Bools random_bools(std::mt19937& rng, std::uint32_t n) {
  Bools b(n);
  for (std::uint32_t i = 0; i < n; ++i) b[i] = rng() % 3 != 0;
  return b;
}
std::vector<std::uint64_t> words_of(const Bools& b) {
  std::vector<std::uint64_t> w(words(static_cast<std::uint32_t>(b.size())), 0);
  for (std::uint32_t i = 0; i < b.size(); ++i) {
    if (b[i]) set_bit(w.data(), i);
  }
  return w;
}
Bools bools_of(const RowMask& m) {
  Bools b(m.rows());
  for (std::uint32_t i = 0; i < m.rows(); ++i) b[i] = m.test(i);
  return b;
}

TEST(RowMask, BeginsFullOrEmpty) {
  for (const std::uint32_t n : {0U, 1U, 63U, 64U, 65U, 200U}) {
    EXPECT_EQ(RowMask(n).count(), n);
    EXPECT_TRUE(RowMask(n).all());
    EXPECT_TRUE(RowMask(n, false).none());
  }
}

TEST(RowMask, CountsRangesLikeBools) {
  std::mt19937 rng(1);
  const Bools b = random_bools(rng, 200);
  const auto w = words_of(b);
  for (std::uint32_t row0 = 0; row0 < 200; row0 += 7) {
    std::uint32_t expected = 0;
    for (std::uint32_t n = 0; row0 + n <= 200; ++n) {
      ASSERT_EQ(count_selected(w.data(), row0, n), expected) << row0 << " " << n;
      if (row0 + n < 200) expected += b[row0 + n] ? 1U : 0U;
    }
  }
  EXPECT_EQ(count_selected(nullptr, 5, 70), 70U);
}

TEST(RowMask, VisitsSelectedRowsInOrder) {
  std::mt19937 rng(2);
  const Bools b = random_bools(rng, 150);
  const auto w = words_of(b);
  std::vector<std::uint32_t> seen;
  std::vector<std::uint32_t> expected;
  for_each_selected(w.data(), 3, 131, [&](std::uint32_t r) { seen.push_back(r); });
  for (std::uint32_t r = 3; r < 134; ++r) {
    if (b[r]) expected.push_back(r);
  }
  EXPECT_EQ(seen, expected);
}

TEST(RowMask, CombinesLikeBools) {
  std::mt19937 rng(3);
  for (std::uint32_t n = 1; n < 140; n += 3) {
    const Bools a = random_bools(rng, n);
    const Bools b = random_bools(rng, n);
    RowMask both(words_of(a).data(), n);
    RowMask either = both;
    RowMask less = both;
    both.intersect(words_of(b).data());
    either.unite(words_of(b).data());
    less.subtract(words_of(b).data());
    for (std::uint32_t i = 0; i < n; ++i) {
      ASSERT_EQ(both.test(i), a[i] && b[i]);
      ASSERT_EQ(either.test(i), a[i] || b[i]);
      ASSERT_EQ(less.test(i), a[i] && !b[i]);
    }
  }
}

TEST(RowMask, NoMaskMeansAllRows) {
  RowMask m(70, false);
  m.set(5);
  m.intersect(nullptr);
  EXPECT_EQ(m.count(), 1U);
  m.unite(nullptr);
  EXPECT_TRUE(m.all());
  m.subtract(nullptr);
  EXPECT_TRUE(m.none());
}

TEST(RowMask, GrowsSelected) {
  RowMask m(10, false);
  m.grow(130);
  EXPECT_EQ(m.count(), 120U);
  EXPECT_FALSE(m.test(9));
  EXPECT_TRUE(m.test(10));
  EXPECT_TRUE(m.test(129));
}

TEST(RowMask, ClearsRanges) {
  RowMask m(200);
  m.clear(60, 80);
  EXPECT_EQ(m.count(), 120U);
  EXPECT_TRUE(m.test(59));
  EXPECT_FALSE(m.test(60));
  EXPECT_FALSE(m.test(139));
  EXPECT_TRUE(m.test(140));
}

TEST(RowMask, AppliesVerdictsAtEveryOffset) {
  std::mt19937 rng(4);
  for (std::uint32_t row0 = 0; row0 < 130; ++row0) {
    const std::uint32_t n = 200 - row0 - static_cast<std::uint32_t>(rng() % 40);
    const Bools before = random_bools(rng, 200);
    const Bools offered = random_bools(rng, 200);
    const Bools keep = random_bools(rng, n);
    RowMask m(words_of(before).data(), 200);
    m.apply_keep(words_of(keep).data(), words_of(offered).data(), row0, n);
    Bools expected = before;
    for (std::uint32_t i = 0; i < n; ++i) {
      if (offered[row0 + i] && !keep[i]) expected[row0 + i] = false;
    }
    ASSERT_EQ(bools_of(m), expected) << row0;
  }
}

}  // namespace
}  // namespace weir
