#include "plugins/inputs/cpu/times.hpp"

#include <gtest/gtest.h>

namespace weir::cpu_input {
namespace {

using Ticks = std::array<std::uint64_t, state_count>;

struct ReadCase {
  const char* what;
  const char* stat;
  bool single, total;
  std::vector<std::pair<std::string, Ticks>> expected;
};

class ReadTimes : public testing::TestWithParam<ReadCase> {};

TEST_P(ReadTimes, TakesTheLinesItKnows) {
  std::vector<Times> times;
  read_times(GetParam().stat, GetParam().single, GetParam().total, times);
  ASSERT_EQ(times.size(), GetParam().expected.size());
  for (std::size_t i = 0; i < times.size(); ++i) {
    EXPECT_EQ(times[i].cpu, GetParam().expected[i].first);
    EXPECT_EQ(times[i].ticks, GetParam().expected[i].second);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, ReadTimes,
    testing::Values(
        ReadCase{"both",
                 "cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 11 12 13 14 15 16 17 18 19 20\nintr 5 6\n",
                 true,
                 true,
                 {{"cpu0", {11, 12, 13, 14, 15, 16, 17, 18, 19, 20}},
                  {"cpu-total", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}}},
        ReadCase{"only_single",
                 "cpu 1 2 3 4 5 6 7\ncpu3 1 2 3 4 5 6 7\n",
                 true,
                 false,
                 {{"cpu3", {1, 2, 3, 4, 5, 6, 7}}}},
        ReadCase{"only_total",
                 "cpu 1 2 3 4 5 6 7\ncpu3 1 2 3 4 5 6 7\n",
                 false,
                 true,
                 {{"cpu-total", {1, 2, 3, 4, 5, 6, 7}}}},
        ReadCase{"neither", "cpu 1 2 3 4 5 6 7\ncpu3 1 2 3 4 5 6 7\n", false, false, {}},
        ReadCase{"an_old_kernel",
                 "cpu 1 2 3 4\ncpu0 1 2 3 4 5 6 7\n",
                 true,
                 true,
                 {{"cpu0", {1, 2, 3, 4, 5, 6, 7}}}},
        ReadCase{"a_kernel_to_come",
                 "cpu 1 2 3 4 5 6 7 8 9 10 11 12\ncpu0 broken\n",
                 true,
                 true,
                 {{"cpu-total", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}}},
        ReadCase{"nothing", "", true, true, {}},
        ReadCase{"something_else",
                 "intr 1 2 3 4 5 6 7 8\ncpu0 1 2 3 4 5 6 7\n",
                 true,
                 true,
                 {{"cpu0", {1, 2, 3, 4, 5, 6, 7}}}}),
    [](const auto& test) { return test.param.what; });

TEST(ReadTimes, ForgetsWhatWasThereBefore) {
  std::vector<Times> times;
  read_times("cpu 1 2 3 4 5 6 7\ncpu0 1 2 3 4 5 6 7 8\ncpu1 1 2 3 4 5 6 7\n", true, true, times);
  read_times("cpu 1 2 3 4 5 6 7\ncpu1 1 2 3 4 5 6 7\n", true, false, times);
  ASSERT_EQ(times.size(), 1U);
  EXPECT_EQ(times[0].cpu, "cpu1");
  EXPECT_EQ(times[0].ticks[steal], 0U);
}

Times after(Ticks ticks) { return {"cpu0", ticks}; }

TEST(UsageBetween, IsInPercentOfAllTime) {
  Usage usage;
  ASSERT_TRUE(usage_between(after({100, 10, 50, 1000, 5, 0, 1, 0, 20, 10}),
                            after({140, 20, 60, 1130, 10, 0, 6, 0, 30, 15}), usage));
  EXPECT_EQ(usage.percent[user], 15);  // 40 less the 10 of guests, of 200
  EXPECT_EQ(usage.percent[nice], 2.5);
  EXPECT_EQ(usage.percent[system], 5);
  EXPECT_EQ(usage.percent[idle], 65);
  EXPECT_EQ(usage.percent[iowait], 2.5);
  EXPECT_EQ(usage.percent[softirq], 2.5);
  EXPECT_EQ(usage.percent[guest], 5);
  EXPECT_EQ(usage.percent[guest_nice], 2.5);
  EXPECT_EQ(usage.active_percent, 35);
}

TEST(UsageBetween, BearsACounterThatGoesBack) {
  Usage usage;
  ASSERT_TRUE(usage_between(after({0, 0, 0, 100, 50}), after({0, 0, 0, 210, 40}), usage));
  EXPECT_EQ(usage.percent[iowait], -10);
  EXPECT_EQ(usage.percent[idle], 110);
}

TEST(UsageBetween, NeedsTime) {
  Usage usage;
  EXPECT_FALSE(usage_between(after({5}), after({5}), usage));
  EXPECT_FALSE(usage_between(after({5}), after({4}), usage));
}

}  // namespace
}  // namespace weir::cpu_input
