#include "plugins/inputs/diskio/counters.hpp"

#include <gtest/gtest.h>

namespace weir::diskio_input {
namespace {

TEST(Counters, AreThoseOfALine) {
  std::string_view name;
  Counters counters{};
  ASSERT_TRUE(parse_counters(" 259       0 nvme0n1 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", name,
                             counters));
  EXPECT_EQ(name, "nvme0n1");
  EXPECT_EQ(counters, (Counters{1, 2, 3 * 512, 4, 5, 6, 7 * 512, 8, 9, 10, 11}));
}

TEST(Counters, NeedElevenColumns) {
  std::string_view name;
  Counters counters{};
  for (const char* line :
       {"", "8 0 sda", "8 0 sda 1 2 3 4 5 6 7 8 9 10", "8 0 sda 1 2 x 4 5 6 7 8 9 10 11"}) {
    EXPECT_FALSE(parse_counters(line, name, counters)) << line;
  }
}

TEST(Counters, OfAnIdleDeviceAreZero) {
  EXPECT_TRUE(is_idle(Counters{}));
  EXPECT_FALSE(is_idle(Counters{0, 0, 0, 0, 0, 0, 0, 0, 1}));
}

Counters with(std::uint64_t r, std::uint64_t rt, std::uint64_t w, std::uint64_t wt,
              std::uint64_t io) {
  Counters counters{};
  counters[reads] = r;
  counters[read_time] = rt;
  counters[writes] = w;
  counters[write_time] = wt;
  counters[io_time] = io;
  return counters;
}

TEST(Rates, ArePerRequestAndTime) {
  const Rates rates =
      rates_between(with(10, 100, 20, 200, 1000), with(13, 106, 25, 210, 1040), 1000);
  ASSERT_TRUE(rates.has_requests);
  EXPECT_EQ(rates.await_ms, 2);
  EXPECT_EQ(rates.service_ms, 5);
  ASSERT_TRUE(rates.has_time);
  EXPECT_EQ(rates.util_percent, 4);
}

TEST(Rates, NeedRequestsAndTime) {
  const Counters same = with(1, 1, 1, 1, 1);
  const Rates still = rates_between(same, same, 1000);
  EXPECT_FALSE(still.has_requests);
  EXPECT_TRUE(still.has_time);
  EXPECT_EQ(still.util_percent, 0);
  EXPECT_FALSE(rates_between(same, same, 0).has_time);
}

TEST(Rates, AreNotKnownWhenACounterGoesBack) {
  const Counters before = with(5, 5, 5, 5, 5);
  for (const Counters& after : {with(4, 6, 6, 6, 6), with(6, 4, 6, 6, 6), with(6, 6, 4, 6, 6),
                                with(6, 6, 6, 4, 6), with(6, 6, 6, 6, 4)}) {
    const Rates rates = rates_between(before, after, 1000);
    EXPECT_FALSE(rates.has_requests || rates.has_time);
  }
}

}  // namespace
}  // namespace weir::diskio_input
