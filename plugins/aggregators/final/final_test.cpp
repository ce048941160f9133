#include "plugins/aggregators/final/final.hpp"

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::final_aggregator {
namespace {

using weir::testing::lines;
using weir::testing::plugin;

// Goal: what Telegraf answers.
TEST(Final, PeriodicGivesTheLastMetricOfEachSeries) {
  plugin p(weir::testing::descriptor<Final>(), "output_strategy = 'periodic'");
  p.aggregate({"cpu,h=a idle=10,user=1i,s=\"x\",b=t 1", "cpu,h=b idle=7 2"});
  p.aggregate({"cpu,h=a idle=-5.5,s=\"longer\" 3", "mem used=100u 6", "mem used=90u 5"});
  EXPECT_EQ(p.push(), (lines{"cpu,h=a idle_final=-5.5,s_final=\"longer\" 3",
                             "cpu,h=b idle_final=7 2", "mem used_final=90u 5"}));
  EXPECT_EQ(p.push(), lines{});
}

TEST(Final, KeepsNamesWhenAsked) {
  plugin p(weir::testing::descriptor<Final>(),
           "output_strategy = 'periodic'\nkeep_original_field_names = true");
  p.aggregate({"m a=1,b=f 1"});
  EXPECT_EQ(p.push(), (lines{"m a=1,b=f 1"}));
}

TEST(Final, TimeoutWaitsUntilASeriesIsSilent) {
  constexpr std::int64_t s = 1'000'000'000;
  plugin p(weir::testing::descriptor<Final>(), "series_timeout = '60s'");
  const std::int64_t now = p.host().now();
  const auto at = [now](std::int64_t seconds) { return std::to_string(now + seconds * s); };
  p.aggregate(
      {"m,h=a v=1,s=\"t\" " + at(-100), "m,h=b v=2,s=\"u\" " + at(-60), "m,h=c v=3 " + at(5)});
  EXPECT_EQ(p.push(), (lines{"m,h=a v_final=1,s_final=\"t\" " + at(-100)}));
  EXPECT_EQ(p.push(), lines{});
  p.aggregate({"m,h=c v=4 " + at(-90), "m,h=a v=9 " + at(0)});
  EXPECT_EQ(p.push(), (lines{"m,h=c v_final=4 " + at(-90)}));
  p.aggregate({"m,h=b v=5 " + at(-70)});
  EXPECT_EQ(p.push(), (lines{"m,h=b v_final=5 " + at(-70)}));
}

}  // namespace
}  // namespace weir::final_aggregator
