#include "plugins/aggregators/histogram/histogram.hpp"

#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::histogram {
namespace {

using testing::lines;
using testing::plugin;

constexpr std::int64_t s = 1'000'000'000;
constexpr const char* cpu = "[[config]]\nbuckets = [10.0, 0.5]\nmeasurement_name = 'cpu'\n";

lines pushed(plugin& p) {
  p.format().time = false;
  return p.push();
}

TEST(Buckets, ABorderBelongsToItsLeft) {
  const Buckets b({10, 0.5, 1e21});
  EXPECT_EQ(b.size(), 4U);
  EXPECT_EQ(b.of(-1), 0U);
  EXPECT_EQ(b.of(0.5), 0U);
  EXPECT_EQ(b.of(0.6), 1U);
  EXPECT_EQ(b.of(10), 1U);
  EXPECT_EQ(b.of(11), 2U);
  EXPECT_EQ(b.of(1e22), 3U);
  EXPECT_EQ(b.of(std::numeric_limits<double>::quiet_NaN()), 3U);
  EXPECT_EQ(b.left(0), "-Inf");
  EXPECT_EQ(b.right(0), "0.5");
  EXPECT_EQ(b.right(2), "1000000000000000000000");
  EXPECT_EQ(b.right(3), "+Inf");
}

// Goal: what Telegraf answers.
TEST(Histogram, CountsAndGoesOnCounting) {
  plugin p(testing::descriptor<Histogram>(), cpu);
  p.aggregate({"cpu,h=a u=0.5,l=7i 1", "cpu,h=a u=11,l=10i 2", "mem,h=a u=1 3", "cpu,h=b u=1 4"});
  const lines first{"cpu,h=a,le=0.5 u_bucket=1i,l_bucket=0i",
                    "cpu,h=a,le=10 u_bucket=1i,l_bucket=2i",
                    "cpu,h=a,le=+Inf u_bucket=2i,l_bucket=2i",
                    "cpu,h=b,le=0.5 u_bucket=0i",
                    "cpu,h=b,le=10 u_bucket=1i",
                    "cpu,h=b,le=+Inf u_bucket=1i"};
  EXPECT_EQ(pushed(p), first);
  EXPECT_EQ(pushed(p), first);
  p.aggregate({"cpu,h=b u=2 5"});
  lines next = first;
  next[4] = "cpu,h=b,le=10 u_bucket=2i";
  next[5] = "cpu,h=b,le=+Inf u_bucket=2i";
  EXPECT_EQ(pushed(p), next);
}

TEST(Histogram, CountsEachBucketAlone) {
  plugin p(testing::descriptor<Histogram>(),
           std::string("cumulative = false\nreset = true\n") + cpu);
  p.aggregate({"cpu u=0.1 1", "cpu u=1 1", "cpu u=2 1", "cpu u=99 1"});
  EXPECT_EQ(pushed(p), (lines{"cpu,gt=-Inf,le=0.5 u_bucket=1i", "cpu,gt=0.5,le=10 u_bucket=2i",
                              "cpu,gt=10,le=+Inf u_bucket=1i"}));
  EXPECT_EQ(pushed(p), lines{});
}

TEST(Histogram, FieldsMayHaveBucketsOfTheirOwn) {
  plugin p(testing::descriptor<Histogram>(),
           std::string(cpu) +
               "[[config]]\nbuckets = [10, 20]\nmeasurement_name = 'cpu'\nfields = ['v', 'w']\n");
  p.aggregate({"cpu u=1,v=15,w=9 1"});
  lines got = pushed(p);
  std::sort(got.begin(), got.end());
  EXPECT_EQ(got, (lines{"cpu,le=+Inf u_bucket=1i,v_bucket=1i,w_bucket=1i", "cpu,le=0.5 u_bucket=0i",
                        "cpu,le=10 u_bucket=1i,v_bucket=0i,w_bucket=1i",
                        "cpu,le=20 v_bucket=1i,w_bucket=1i"}));
}

TEST(Histogram, OnlyFloatsAndIntegersAreCounted) {
  plugin p(
      testing::descriptor<Histogram>(),
      "[[config]]\nbuckets = []\nmeasurement_name = 'cpu'\nfields = ['a', 'b', 'c', 'd', 'e']\n");
  p.aggregate({"cpu a=1,b=1i,c=1u,d=t,e=\"x\",f=1 1"});
  EXPECT_EQ(pushed(p),
            (lines{"cpu,le=+Inf a_bucket=1i,b_bucket=1i,c_bucket=0i,d_bucket=0i,e_bucket=0i"}));
}

TEST(Histogram, SeriesExpire) {
  plugin p(testing::descriptor<Histogram>(),
           std::string("expiration_interval = '60s'\n") + "[[config]]\nmeasurement_name = 'm'\n");
  p.aggregate({"m,h=a v=1,w=1 1", "m,h=b v=1 1"});
  p.host().advance(40 * s);
  p.aggregate({"m,h=b v=1 1"});
  p.host().advance(20 * s);
  EXPECT_EQ(pushed(p).size(), 2U);
  p.host().advance(1);
  EXPECT_EQ(pushed(p), (lines{"m,h=b,le=+Inf v_bucket=2i"}));
  p.aggregate({"m,h=a v=1 1", "m,h=b v=1 1"});
  EXPECT_EQ(pushed(p), (lines{"m,h=b,le=+Inf v_bucket=3i", "m,h=a,le=+Inf v_bucket=1i"}));
}

TEST(Histogram, MayReportNewsAlone) {
  plugin p(testing::descriptor<Histogram>(),
           std::string("push_only_on_update = true\n") + "[[config]]\nmeasurement_name = 'm'\n");
  p.aggregate({"m,h=a v=1 1", "m,h=b v=1 1"});
  EXPECT_EQ(pushed(p).size(), 2U);
  p.aggregate({"m,h=b v=1 1"});
  EXPECT_EQ(pushed(p), (lines{"m,h=b,le=+Inf v_bucket=2i"}));
  EXPECT_EQ(pushed(p), lines{});
}

TEST(Histogram, CountsWhatFindsNoRoom) {
  plugin p(testing::descriptor<Histogram>(), cpu);
  p.host().budget_limit(0);
  p.aggregate({"cpu u=1,v=2 1"});
  EXPECT_EQ(p.push(), lines{});
  EXPECT_EQ(p.metric("values_refused"), 2U);
}

}  // namespace
}  // namespace weir::histogram
