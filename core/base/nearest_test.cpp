#include "core/base/nearest.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(EditDistance, CountsInsertRemoveChangeAndSwap) {
  EXPECT_EQ(edit_distance("cpu", "cpu"), 0U);
  EXPECT_EQ(edit_distance("cpu", "cpus"), 1U);
  EXPECT_EQ(edit_distance("cpu", "cp"), 1U);
  EXPECT_EQ(edit_distance("cpu", "cpa"), 1U);
  EXPECT_EQ(edit_distance("cpu", "cup"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
}

TEST(EditDistance, GivesUpOnVeryLongTexts) {
  EXPECT_EQ(edit_distance(std::string(100, 'a'), "a"), 100U);
}

TEST(NearestName, FindsTheLikelyOne) {
  const std::vector<std::string> names{"metric_batch_size", "metric_buffer_limit", "interval"};
  EXPECT_EQ(nearest_name("metric_bach_size", names), "metric_batch_size");
  EXPECT_EQ(nearest_name("intervall", names), "interval");
}

TEST(NearestName, SaysNothingWhenNoneIsNear) {
  EXPECT_EQ(nearest_name("colour", {"interval", "order"}), "");
  EXPECT_EQ(nearest_name("x", {"kafka"}), "");
}

}  // namespace
}  // namespace weir
