// Goal: every bad record is counted, the first ones with their place.

#include "plugins/common/parsing/bad_records.hpp"

#include <string>

#include <gtest/gtest.h>

#include <weir/testing/host.hpp>

namespace weir::common {
namespace {

TEST(BadRecords, ReportsTheFirstOnesAndTheSumOfTheOthers) {
  testing::host home(0);
  BadRecords bad;
  bad.begin(weir::host(home.table()), 0);
  for (std::uint32_t i = 0; i < BadRecords::reports_max + 3; ++i) {
    bad.add({100 + i, 1 + i, 5}, "no good", "line " + std::to_string(i) + "\nnext");
  }
  bad.end();
  EXPECT_EQ(bad.count(), BadRecords::reports_max + 3);
  EXPECT_EQ(bad.first(), "no good at line 1, column 5");
  EXPECT_EQ(home.bad_count(), BadRecords::reports_max + 3);
  ASSERT_EQ(home.bad().size(), BadRecords::reports_max + 1);
  EXPECT_EQ(home.bad()[1].line, 2U);
  EXPECT_EQ(home.bad()[1].col, 5U);
  EXPECT_EQ(home.bad()[1].offset, 101U);
  EXPECT_EQ(home.bad()[1].excerpt, "line 1");
  EXPECT_EQ(home.bad().back().line, 0U);
}

TEST(BadRecords, BeginsAnewWithEachText) {
  testing::host home(0);
  BadRecords bad;
  for (int text = 0; text < 2; ++text) {
    bad.begin(weir::host(home.table()), 0);
    bad.add({}, "no good", std::string(1000, 'x'));
    bad.end();
    EXPECT_EQ(bad.count(), 1U);
    EXPECT_EQ(bad.first(), "no good");
  }
  ASSERT_EQ(home.bad().size(), 2U);
  EXPECT_EQ(home.bad()[0].excerpt.size(), BadRecords::excerpt_bytes_max);
}

}  // namespace
}  // namespace weir::common
