#include "plugins/aggregators/minmax/minmax.hpp"

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::minmax {
namespace {

using weir::testing::lines;
using weir::testing::plugin;

const lines rows{"cpu,cpu=0,host=a idle=10,user=1i,u=5u,s=\"x\",b=true 1700000000000000000",
                 "cpu,cpu=0,host=a idle=20,user=3i,u=7u,s=\"y\",b=false 1700000010000000000",
                 "cpu,cpu=0,host=a idle=-5.5,user=3i,u=9u,s=\"x\" 1700000020000000000",
                 "cpu,cpu=0,host=b idle=7,user=-4i 1700000005000000000",
                 "mem,host=a used=100i 1700000006000000000",
                 "text s=\"only\" 1700000006000000000"};

// Without times, which are those of the push.
struct Timeless : plugin {
  Timeless() : plugin(weir::testing::descriptor<MinMax>()) { format().time = false; }
};

TEST(MinMax, AnswersAsTelegrafDoes) {
  Timeless p;
  p.aggregate(rows);
  EXPECT_EQ(
      p.push(),
      (lines{"cpu,cpu=0,host=a idle_min=-5.5,idle_max=20,user_min=1,user_max=3,u_min=5,u_max=9",
             "cpu,cpu=0,host=b idle_min=7,idle_max=7,user_min=-4,user_max=-4",
             "mem,host=a used_min=100,used_max=100"}));
}

TEST(MinMax, BeginsEachWindowAnew) {
  Timeless p;
  p.aggregate(rows);
  p.push();
  EXPECT_EQ(p.push(), lines{});
  p.aggregate({"mem,host=a used=3i 1"});
  p.aggregate({"mem,host=a used=2i 2"});
  EXPECT_EQ(p.push(), (lines{"mem,host=a used_min=2,used_max=3"}));
}

TEST(MinMax, SeesTheSelectedRowsAlone) {
  Timeless p;
  p.aggregate(rows, {"001010"});
  EXPECT_EQ(
      p.push(),
      (lines{"cpu,cpu=0,host=a idle_min=-5.5,idle_max=-5.5,user_min=3,user_max=3,u_min=9,u_max=9",
             "mem,host=a used_min=100,used_max=100"}));
  p.aggregate(rows, {"", 3, 2});
  EXPECT_EQ(p.push(), (lines{"cpu,cpu=0,host=b idle_min=7,idle_max=7,user_min=-4,user_max=-4",
                             "mem,host=a used_min=100,used_max=100"}));
}

TEST(MinMax, StampsAggregatesWithTheTimeOfThePush) {
  Timeless p;
  p.format().time = true;
  p.host().set_now(42);
  p.aggregate({"m v=1 7"});
  EXPECT_EQ(p.push(), (lines{"m v_min=1,v_max=1 42"}));
}

TEST(MinMax, CountsAndSaysWhatFindsNoRoom) {
  Timeless p;
  p.host().budget_limit(0);
  p.aggregate({"m v=1,w=2,s=\"x\" 7", "n v=1 7"});
  EXPECT_EQ(p.push(), lines{});
  EXPECT_EQ(p.metric("values_refused"), 3U);
  EXPECT_EQ(p.host().logs().size(), 1U);
  EXPECT_TRUE(p.host().logged_text("3 values found no room", WEIR_LOG_ERROR));
  p.push();
  EXPECT_EQ(p.host().logs().size(), 1U);
}

}  // namespace
}  // namespace weir::minmax
