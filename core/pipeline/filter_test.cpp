#include "core/pipeline/filter.hpp"

#include <cstring>

#include <gtest/gtest.h>

#include <weir/testing/lines.hpp>

#include "core/base/manual_clock.hpp"

namespace weir::pipeline {
namespace {

class FilterTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto made = weir::testing::make_batch(
        {"cpu,host=a idle=1,user=2 1000000000", "cpu,host=b idle=9 2000000000",
         "mem,host=a free=5i 3000000000", "mem free=1i 4000000000", "cpu,host=a idle=7 5000000000",
         "disk,host=b idle=9 6000000000"},
        0);
    auto block = queue::BlockRef::make(budget_, made.size(), queue::Budget::Use::forced);
    std::memcpy(block->data(), made.data(), made.size());
    parcel_ = queue::Parcel::whole(std::move(block));
  }
  // One character a row: 1 passes, 0 does not, - was not offered.
  std::string judge() const {
    const auto select = Select::compile(settings_, {clock_, Logger("test")});
    EXPECT_TRUE(select.ok());
    const Select::Verdict verdict = select.value().judge(parcel_);
    std::string answers;
    for (std::uint32_t r = 0; r < 6; ++r) {
      const bool offered = parcel_.mask_bits() == nullptr || bit(parcel_.mask_bits(), r);
      const bool passes = verdict.all || bit(verdict.mask.data(), r);
      answers += !offered ? '-' : passes ? '1' : '0';
    }
    return answers;
  }
  std::string judge(const std::string& metricpass) {
    settings_.metricpass = metricpass;
    return judge();
  }

  queue::Budget budget_{1 << 20};
  ManualClock clock_;
  queue::Parcel parcel_;
  config::FilterSettings settings_;
};

TEST_F(FilterTest, ExpressionsSelectByWhateverAMetricHas) {
  EXPECT_EQ(judge("name == 'cpu'"), "110010");
  EXPECT_EQ(judge("'host' in tags && tags.host == 'a'"), "101010");
  EXPECT_EQ(judge("name == 'cpu' && tags.host == 'b' || size(tags) == 0"), "010100");
  EXPECT_EQ(judge("has(fields.idle) && fields.idle > 5"), "010011");
  EXPECT_EQ(judge("time >= timestamp(3)"), "001111");
  EXPECT_EQ(judge("name == 'disk' && has(fields.idle)"), "000001");
}

TEST_F(FilterTest, NowIsTheTimeOfTheClock) {
  clock_.set_wall(10'000'000'000);
  EXPECT_EQ(judge("now() - time > duration('6s')"), "111000");
  clock_.set_wall(12'000'000'000);
  EXPECT_EQ(judge("now() - time > duration('6s')"), "111110");
}

TEST_F(FilterTest, WhatFailsPasses) {
  EXPECT_EQ(judge("fields.idle > 5"), "011111");
  EXPECT_EQ(judge("tags.host == 'b'"), "010101");
}

TEST_F(FilterTest, ExpressionsComeAfterNamesAndTags) {
  settings_.namepass = {"cpu"};
  EXPECT_EQ(judge("fields.free > 3"), "110010");  // It is not asked about mem.
  settings_.tagdrop = {{"host", {"b"}}};
  EXPECT_EQ(judge("fields.idle < 5"), "100000");
}

TEST_F(FilterTest, OnlyOfferedRowsAreJudged) {
  parcel_.mask = {0b110011};
  EXPECT_EQ(judge("name == 'cpu'"), "11--10");
  EXPECT_EQ(judge("fields.idle > 5"), "01--11");
}

TEST_F(FilterTest, WrongExpressionsAreRefused) {
  settings_.metricpass = "fields.idle";
  const auto select = Select::compile(settings_, {clock_, Logger("test")});
  ASSERT_FALSE(select.ok());
  EXPECT_EQ(select.error().message,
            "metricpass: the expression is a dyn, and has to be true or false");
}

TEST_F(FilterTest, WithoutOptionsEverythingPasses) {
  const auto select = Select::compile(settings_, {clock_, Logger("test")});
  EXPECT_TRUE(select.value().passes_all());
  settings_.metricpass = "true";
  EXPECT_FALSE(Select::compile(settings_, {clock_, Logger("test")}).value().passes_all());
}

}  // namespace
}  // namespace weir::pipeline
