#include "plugins/aggregators/basicstats/basicstats.hpp"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::basicstats {
namespace {

using weir::testing::lines;
using weir::testing::plugin;

const lines rows{"cpu,cpu=0,host=a idle=10,user=1i,u=5u,s=\"x\",b=true 1700000000000000000",
                 "cpu,cpu=0,host=a idle=20,user=3i,u=7u,s=\"y\",b=false 1700000010000000000",
                 "cpu,cpu=0,host=a idle=-5.5,user=3i,u=9u,s=\"x\" 1700000020000000000",
                 "cpu,cpu=0,host=b idle=7,user=-4i 1700000005000000000",
                 "mem,host=a used=100i 1700000006000000000",
                 "mem,host=a used=100i 1700000007000000000"};

// Goal: what Telegraf answers.
struct Case {
  const char* what;
  const char* options;
  lines expected;
};

class BasicStatsTest : public testing::TestWithParam<Case> {};

TEST_P(BasicStatsTest, AnswersAsTelegrafDoes) {
  plugin p(weir::testing::descriptor<BasicStats>(), GetParam().options);
  p.format().time = false;
  p.aggregate(rows);
  EXPECT_EQ(p.push(), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, BasicStatsTest,
    testing::Values(
        Case{"default_stats",
             "",
             {"cpu,cpu=0,host=a idle_count=3,idle_min=-5.5,idle_max=20,idle_mean=8.166666666666668,"
              "idle_s2=165.08333333333334,idle_stdev=12.848475914805357,user_count=3,user_min=1,"
              "user_max=3,"
              "user_mean=2.3333333333333335,user_s2=1.3333333333333333,user_stdev=1."
              "1547005383792515,"
              "u_count=3,u_min=5,u_max=9,u_mean=7,u_s2=4,u_stdev=2",
              "cpu,cpu=0,host=b "
              "idle_count=1,idle_min=7,idle_max=7,idle_mean=7,user_count=1,user_min=-4,"
              "user_max=-4,user_mean=-4",
              "mem,host=a "
              "used_count=2,used_min=100,used_max=100,used_mean=100,used_s2=0,used_stdev=0"}},
        Case{"changes",
             "stats = ['diff', 'rate', 'non_negative_diff', 'non_negative_rate', 'percent_change', "
             "'interval']",
             {"cpu,cpu=0,host=a idle_diff=-15.5,idle_rate=-0.775,idle_percent_change=-155,"
              "idle_interval=20000000000i,user_diff=2,user_non_negative_diff=2,user_rate=0.1,"
              "user_percent_change=200,user_non_negative_rate=0.1,user_interval=20000000000i,u_"
              "diff=4,"
              "u_non_negative_diff=4,u_rate=0.2,u_percent_change=80,u_non_negative_rate=0.2,"
              "u_interval=20000000000i",
              "mem,host=a used_diff=0,used_non_negative_diff=0,used_rate=0,used_percent_change=0,"
              "used_non_negative_rate=0,used_interval=1000000000i"}},
        Case{"sum_and_mean",
             "stats = ['sum', 'mean']",
             {"cpu,cpu=0,host=a "
              "idle_mean=8.166666666666668,idle_sum=24.5,user_mean=2.3333333333333335,"
              "user_sum=7,u_mean=7,u_sum=21",
              "cpu,cpu=0,host=b idle_mean=7,idle_sum=7,user_mean=-4,user_sum=-4",
              "mem,host=a used_mean=100,used_sum=200"}},
        Case{"first_and_last",
             "stats = ['first', 'last']",
             {"cpu,cpu=0,host=a "
              "idle_last=-5.5,idle_first=10,user_last=3,user_first=1,u_last=9,u_first=5",
              "cpu,cpu=0,host=b idle_last=7,idle_first=7,user_last=-4,user_first=-4",
              "mem,host=a used_last=100,used_first=100"}},
        Case{"none", "stats = []", {}}, Case{"unknown_alone", "stats = ['median']", {}}),
    [](const auto& test) { return test.param.what; });

TEST(BasicStats, SaysWhichStatsItDoesNotKnow) {
  plugin p(weir::testing::descriptor<BasicStats>(), "stats = ['count', 'variance', 'median']");
  EXPECT_TRUE(p.host().logged_text(
      "\"variance\" is unknown and left out; the variance is called \"s2\"", WEIR_LOG_WARN));
  EXPECT_TRUE(p.host().logged_text("\"median\" is unknown", WEIR_LOG_WARN));
}

TEST(BasicStats, BeginsEachWindowAnew) {
  plugin p(weir::testing::descriptor<BasicStats>(), "stats = ['count', 'diff']");
  p.format().time = false;
  p.aggregate(rows);
  p.push();
  EXPECT_EQ(p.push(), lines{});
  p.aggregate({"mem,host=a used=3i 1"});
  p.aggregate({"mem,host=a used=5i 2"});
  EXPECT_EQ(p.push(), (lines{"mem,host=a used_count=2,used_diff=2"}));
}

TEST(BasicStats, SeesTheSelectedRowsAlone) {
  plugin p(weir::testing::descriptor<BasicStats>(), "stats = ['count']");
  p.format().time = false;
  p.aggregate(rows, {"100011", 1});
  EXPECT_EQ(p.push(), (lines{"mem,host=a used_count=2"}));
}

TEST(BasicStats, CountsWhatFindsNoRoom) {
  plugin p(weir::testing::descriptor<BasicStats>(), "");
  p.host().budget_limit(0);
  p.aggregate(rows);
  EXPECT_EQ(p.push(), lines{});
  EXPECT_EQ(p.metric("values_refused"), 13U);
}

// Goal: one pass gives what two passes give, also far from zero.
TEST(Stats, VarianceIsThatOfTheValues) {
  std::mt19937 chance(3);
  std::normal_distribution<double> spread(1e9, 2);
  std::vector<double> values(1000);
  for (double& value : values) value = spread(chance);
  Stats stats(values[0], 0);
  for (std::size_t i = 1; i < values.size(); ++i) {
    stats.add(values[i], static_cast<std::int64_t>(i));
  }
  double mean = 0;
  for (const double v : values) mean += (v - 1e9) / 1000;
  double squares = 0;
  for (const double v : values) squares += (v - 1e9 - mean) * (v - 1e9 - mean);
  EXPECT_NEAR(stats.mean, 1e9 + mean, 1e-5);
  EXPECT_NEAR(stats.variance(), squares / 999, 1e-5);
}

TEST(Stats, RateStaysWhereTimeStandsStill) {
  Stats stats(10, 5);
  stats.add(20, 5);
  EXPECT_EQ(stats.rate(), 0);
  stats.add(30, 1'000'000'005);
  EXPECT_EQ(stats.rate(), 20);
  stats.add(50, 5);
  EXPECT_EQ(stats.rate(), 20);
  EXPECT_EQ(stats.interval_ns(), 0);
}

TEST(Stats, IntervalsStopAtTheEndOfTime) {
  Stats stats(1, std::numeric_limits<std::int64_t>::min());
  stats.add(2, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(stats.interval_ns(), std::numeric_limits<std::int64_t>::max());
}

}  // namespace
}  // namespace weir::basicstats
