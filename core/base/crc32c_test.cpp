#include "core/base/crc32c.hpp"

#include <cstdint>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace weir {
namespace {

std::uint32_t of(const std::vector<std::uint8_t>& bytes) {
  EXPECT_EQ(crc32c(0, bytes.data(), bytes.size()), crc32c_portable(0, bytes.data(), bytes.size()));
  return crc32c(0, bytes.data(), bytes.size());
}

// RFC 3720, B.4; the one of nine digits is every catalogue's check value.
TEST(Crc32c, KnowsThePublishedValues) {
  std::vector<std::uint8_t> up(32);
  std::iota(up.begin(), up.end(), std::uint8_t{0});
  const std::vector<std::uint8_t> down(up.rbegin(), up.rend());
  EXPECT_EQ(of(std::vector<std::uint8_t>(32, 0)), 0x8a9136aaU);
  EXPECT_EQ(of(std::vector<std::uint8_t>(32, 0xff)), 0x62a8ab43U);
  EXPECT_EQ(of(up), 0x46dd794eU);
  EXPECT_EQ(of(down), 0x113fdb5cU);
  EXPECT_EQ(of({'1', '2', '3', '4', '5', '6', '7', '8', '9'}), 0xe3069283U);
  EXPECT_EQ(of({}), 0U);
}

TEST(Crc32c, IsTheSameByBothWaysAndInPieces) {
  std::mt19937_64 any(7);
  std::vector<std::uint8_t> bytes(100'000);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(any());
  for (int round = 0; round < 2000; ++round) {
    const std::size_t from = any() % 100;
    const std::size_t most = round % 10 == 0 ? bytes.size() - from : 2000;
    const std::size_t n = any() % most;
    const std::size_t cut = n == 0 ? 0 : any() % n;
    const std::uint8_t* const p = bytes.data() + from;
    const std::uint32_t whole = crc32c_portable(0, p, n);
    ASSERT_EQ(crc32c(0, p, n), whole) << from << ' ' << n;
    ASSERT_EQ(crc32c(crc32c(0, p, cut), p + cut, n - cut), whole) << from << ' ' << cut;
  }
}

}  // namespace
}  // namespace weir
