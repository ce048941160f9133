#include "plugins/processors/dedup/dedup.hpp"

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::dedup {
namespace {

using weir::testing::lines;
using weir::testing::plugin;

constexpr std::int64_t s = 1'000'000'000;

struct Dedups {
  plugin p{weir::testing::descriptor<Dedup>(), "dedup_interval = '60s'"};

  // A metric so many seconds from now.
  std::string metric(const std::string& what, std::int64_t seconds = 0) {
    return what + " " + std::to_string(p.host().now() + seconds * s);
  }
  bool passes(const std::string& what, std::int64_t seconds = 0) {
    return !p.process({metric(what, seconds)}).empty();
  }
};

TEST(Dedup, DropsWhatSeriesHadLast) {
  Dedups run;
  EXPECT_EQ(run.p.process(
                {run.metric("m,h=a v=1,t=\"x\",b=t", -9), run.metric("m,h=b v=1,t=\"x\",b=t", -9),
                 run.metric("m,h=a v=1,t=\"x\",b=t", -8), run.metric("m,h=a t=\"x\",b=t,v=1", -7),
                 run.metric("m,h=a v=2", -6), run.metric("n,h=a v=1,t=\"x\",b=t", -9)}),
            (lines{run.metric("m,h=a v=1,t=\"x\",b=t", -9), run.metric("m,h=b v=1,t=\"x\",b=t", -9),
                   run.metric("m,h=a v=2", -6), run.metric("n,h=a v=1,t=\"x\",b=t", -9)}));
  EXPECT_FALSE(run.passes("m,h=a v=2"));
  EXPECT_TRUE(run.passes("m,h=b v=1,t=\"y\""));
  EXPECT_TRUE(
      run.passes("m,h=b t=\"y\",b=f,v=1"
                 ",t=\"z\""));
}

TEST(Dedup, TypesCount) {
  Dedups run;
  for (const char* value : {"1", "1i", "1u", "\"1\"", "t", "f", "\"\"", "\"f\"", "-0", "-1i"}) {
    EXPECT_TRUE(run.passes(std::string("m v=") + value)) << value;
    EXPECT_FALSE(run.passes(std::string("m v=") + value)) << value;
  }
  EXPECT_TRUE(run.passes("m v=0"));
  EXPECT_FALSE(run.passes("m v=-0"));
}

TEST(Dedup, OtherFieldsAreNewsOnlyAtTheSameTime) {
  Dedups run;
  EXPECT_TRUE(run.passes("m a=1", -5));
  EXPECT_TRUE(run.passes("m b=2", -5));
  EXPECT_FALSE(run.passes("m b=2,a=1", -5));
  EXPECT_FALSE(run.passes("m c=3", -4));
  EXPECT_TRUE(run.passes("m b=3", -3));
  EXPECT_FALSE(run.passes("m a=9,b=3", -2));  // a is not kept any longer
}

TEST(Dedup, OldMetricsAreNoHindrance) {
  Dedups run;
  EXPECT_TRUE(run.passes("m v=1", -60));
  EXPECT_TRUE(run.passes("m v=1", -60));
  EXPECT_TRUE(run.passes("m v=1", -59));
  EXPECT_FALSE(run.passes("m v=1"));
  run.p.host().advance(1 * s);
  EXPECT_TRUE(run.passes("m v=1"));
  EXPECT_TRUE(run.passes("n v=1", 1000));
  run.p.host().advance(1059 * s);
  EXPECT_FALSE(run.passes("n v=1"));
  run.p.host().advance(1 * s);
  EXPECT_TRUE(run.passes("n v=1"));
}

TEST(Dedup, KeepsTheYoungWhenItForgetsTheOld) {
  Dedups run;
  EXPECT_TRUE(run.passes("m,h=old v=1,t=\"abc\"", -30));
  EXPECT_TRUE(run.passes("m,h=young v=1,t=\"abc\"", 30));
  run.p.host().advance(61 * s);
  EXPECT_FALSE(run.passes("m,h=young v=1,t=\"abc\""));
  EXPECT_TRUE(run.passes("m,h=old v=1,t=\"abc\"", -30));
  EXPECT_FALSE(run.passes("m,h=young v=1,t=\"abc\""));
}

TEST(Dedup, PassesWhatFindsNoRoom) {
  plugin p(weir::testing::descriptor<Dedup>());
  p.host().budget_limit(0);
  EXPECT_EQ(p.process({"m v=1", "m v=1"}).size(), 2U);
  EXPECT_EQ(p.metric("metrics_unknown"), 2U);
  EXPECT_TRUE(p.host().logged_text("raise memory_limit", WEIR_LOG_ERROR));
  p.host().budget_limit(INT64_MAX);
  EXPECT_EQ(p.process({"m v=1", "m v=1"}).size(), 1U);
}

}  // namespace
}  // namespace weir::dedup
