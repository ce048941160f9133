#include "plugins/inputs/statsd/running_stats.hpp"

#include <initializer_list>
#include <limits>

#include <gtest/gtest.h>

#include <weir/testing/host.hpp>

namespace weir::statsd {
namespace {

class Statistics : public testing::Test {
 protected:
  void add(std::initializer_list<double> values) {
    for (const double v : values) stats_.add(v, 1, memory_);
  }
  double percentile(double p) {
    stats_.sort_sample();
    return stats_.percentile(p);
  }
  StatsMemory memory_;
  RunningStats stats_;
};

TEST_F(Statistics, OfAFewValues) {
  memory_.percentile_limit = 100;
  add({10, 20, 10, 30, 20, 11, 12, 32, 45, 9, 5, 5, 5, 10, 23, 8});
  EXPECT_DOUBLE_EQ(stats_.mean(), 15.9375);
  EXPECT_DOUBLE_EQ(stats_.median(), 10.5);
  EXPECT_DOUBLE_EQ(stats_.sum(), 255);
  EXPECT_EQ(stats_.lower(), 5);
  EXPECT_EQ(stats_.upper(), 45);
  EXPECT_EQ(stats_.count(), 16U);
  EXPECT_NEAR(stats_.stddev(), 11.17737, 1e-5);
  EXPECT_EQ(percentile(100), 45);
  EXPECT_EQ(percentile(99.98), 45);
  EXPECT_EQ(percentile(90), 32);
  EXPECT_EQ(percentile(50), 11);
  EXPECT_EQ(percentile(0), 5);
  EXPECT_EQ(percentile(-10), 5);
  EXPECT_EQ(percentile(200), 45);
}

TEST_F(Statistics, OfOneValue) {
  add({-3.5});
  EXPECT_EQ(stats_.mean(), -3.5);
  EXPECT_EQ(stats_.median(), -3.5);
  EXPECT_EQ(stats_.stddev(), 0);
}

// Goal: distances from a value of the series, not from zero, are what is squared.
TEST_F(Statistics, KeepTheirDigitsFarFromZero) {
  add({1e15 + 1, 1e15 + 2, 1e15 + 3});
  EXPECT_NEAR(stats_.stddev(), 0.816496580927726, 1e-9);
}

TEST_F(Statistics, AValueMayStandForSeveral) {
  stats_.add(1, 3, memory_);
  stats_.add(5, 1, memory_);
  EXPECT_EQ(stats_.count(), 4U);
  EXPECT_EQ(stats_.mean(), 2);
  EXPECT_EQ(stats_.median(), 1);
  stats_.add(7, 1'000'000'000, memory_);
  EXPECT_EQ(stats_.count(), 1'000'000'004U);
  EXPECT_EQ(stats_.median(), 7);
}

TEST_F(Statistics, TheMedianIsThatOfTheLastValues) {
  for (int i = 0; i < 1500; ++i) add({static_cast<double>(i)});
  EXPECT_EQ(stats_.median(), 999.5);  // 500 to 1499
}

TEST_F(Statistics, PercentilesAreEstimatedBeyondTheLimit) {
  memory_.percentile_limit = 1000;
  for (int i = 0; i < 100'000; ++i) add({static_cast<double>(i % 100)});
  EXPECT_NEAR(percentile(50), 50, 10);
  EXPECT_NEAR(percentile(90), 90, 10);
  EXPECT_EQ(stats_.count(), 100'000U);
}

TEST_F(Statistics, OfTwoPartsAreThoseOfTheWhole) {
  memory_.percentile_limit = 100;
  RunningStats more;
  for (const double v : {100.0, 7.0, 7.5}) more.add(v, 1, memory_);
  add({1, 2});
  stats_.add(more, memory_);
  RunningStats whole;
  for (const double v : {1.0, 2.0, 100.0, 7.0, 7.5}) whole.add(v, 1, memory_);
  EXPECT_EQ(stats_.count(), whole.count());
  EXPECT_EQ(stats_.lower(), 1);
  EXPECT_EQ(stats_.upper(), 100);
  EXPECT_DOUBLE_EQ(stats_.mean(), whole.mean());
  EXPECT_DOUBLE_EQ(stats_.stddev(), whole.stddev());
  EXPECT_EQ(stats_.median(), 7);
  EXPECT_EQ(percentile(100), 100);
  stats_.add(RunningStats(), memory_);
  EXPECT_EQ(stats_.count(), 5U);
}

TEST_F(Statistics, AreExactWhereThereIsNoMemoryForValues) {
  testing::host host;
  host.budget_limit(0);
  memory_.pool.attach(weir::host(host.table()));
  memory_.percentile_limit = 10;
  add({1, 2, 6});
  EXPECT_EQ(stats_.count(), 3U);
  EXPECT_EQ(stats_.mean(), 3);
  EXPECT_EQ(stats_.median(), 3);
  EXPECT_EQ(percentile(90), 3);
  EXPECT_EQ(memory_.refused, 6U);
}

TEST_F(Statistics, UseTheirMemoryAgain) {
  memory_.percentile_limit = 1000;
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < 1000; ++i) add({static_cast<double>(i)});
    stats_.clear(memory_);
    EXPECT_EQ(stats_.count(), 0U);
  }
  EXPECT_LT(memory_.pool.bytes(), std::size_t{256} << 10);
}

}  // namespace
}  // namespace weir::statsd
