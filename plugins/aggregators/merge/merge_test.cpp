#include "plugins/aggregators/merge/merge.hpp"

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::merge {
namespace {

using weir::testing::lines;
using weir::testing::plugin;

// Goal: what Telegraf answers.
TEST(Merge, JoinsFieldsOfOneSeriesAndTime) {
  plugin p(weir::testing::descriptor<Merge>(), "");
  p.aggregate({"m,h=a a=1,b=1 10", "m,h=b a=1 10", "m,h=a a=2 11", "n,h=a a=3 10"});
  p.aggregate({"m,h=a b=2,c=\"x\" 10", "m a=t 10", "m,h=b d=7u,e=f 10"});
  EXPECT_EQ(p.push(), (lines{"m,h=a a=1,b=2,c=\"x\" 10", "m,h=b a=1,d=7u,e=f 10", "m,h=a a=2 11",
                             "n,h=a a=3 10", "m a=t 10"}));
  EXPECT_EQ(p.push(), lines{});
}

TEST(Merge, TheLastValueCountsWhateverItsType) {
  plugin p(weir::testing::descriptor<Merge>(), "");
  p.aggregate(
      {"m a=1i 1", "m a=\"a long text\" 1", "m a=\"t\" 1", "m a=\"a longer text than before\" 1"});
  EXPECT_EQ(p.push(), (lines{"m a=\"a longer text than before\" 1"}));
  p.aggregate({"m a=\"x\" 1", "m a=2.5 1"});
  EXPECT_EQ(p.push(), (lines{"m a=2.5 1"}));
}

TEST(Merge, RoundsTimes) {
  plugin p(weir::testing::descriptor<Merge>(), "round_timestamp_to = '10s'");
  p.aggregate(
      {"m a=1 1700000004999999999", "m b=2 1699999995000000000", "m c=3 1700000005000000000"});
  EXPECT_EQ(p.push(), (lines{"m a=1,b=2 1700000000000000000", "m c=3 1700000010000000000"}));
}

TEST(Merge, KeepsManySeriesApart) {
  plugin p(weir::testing::descriptor<Merge>(), "");
  lines rows, expected;
  for (int i = 0; i < 1000; ++i) {
    const std::string series = "m,i=" + std::to_string(i);
    rows.push_back(series + " a=1i " + std::to_string(i % 7));
    rows.push_back(series + " b=2i " + std::to_string(i % 7));
    expected.push_back(series + " a=1i,b=2i " + std::to_string(i % 7));
  }
  p.aggregate(rows);
  EXPECT_EQ(p.push(), expected);
}

}  // namespace
}  // namespace weir::merge
