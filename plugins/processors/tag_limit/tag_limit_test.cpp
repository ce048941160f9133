#include "plugins/processors/tag_limit/tag_limit.hpp"

#include <gtest/gtest.h>

#include <weir/testing/rowwise.hpp>

namespace weir::tag_limit {
namespace {

using weir::testing::lines;
using weir::testing::plugin;
using weir::testing::process_rowwise;

const lines rows{"m,a=1,b=2,c=3,d=4,e=5 v=1 1", "m,a=1,b=2 v=1 2", "m v=1 3",
                 "m,keep1=x,keep2=y,z=1 v=1 4", "m,a=9,b=2,c=3,d=4,e=5 v=2 5"};

lines limited(const std::string& options) {
  return process_rowwise(weir::testing::descriptor<TagLimit>(), options, rows);
}

// Goal: what Telegraf answers: of the tags that are not kept the first ones go, until the limit is met.
TEST(TagLimit, TakesTheFirstTagsThatAreNotKept) {
  EXPECT_EQ(limited("limit = 2"),
            (lines{"m,d=4,e=5 v=1 1", rows[1], rows[2], "m,keep2=y,z=1 v=1 4", "m,d=4,e=5 v=2 5"}));
  EXPECT_EQ(limited("limit = 2\nkeep = ['a', 'keep1']"),
            (lines{"m,a=1,e=5 v=1 1", rows[1], rows[2], "m,keep1=x,z=1 v=1 4", "m,a=9,e=5 v=2 5"}));
  EXPECT_EQ(limited("limit = 3\nkeep = ['c', 'nowhere']"),
            (lines{"m,c=3,d=4,e=5 v=1 1", rows[1], rows[2], rows[3], "m,c=3,d=4,e=5 v=2 5"}));
}

TEST(TagLimit, LeavesMetricsWithFewTags) { EXPECT_EQ(limited("limit = 10\nkeep = ['a']"), rows); }

TEST(TagLimit, TakesAllTagsWithoutALimit) {
  EXPECT_EQ(limited(""), (lines{"m v=1 1", "m v=1 2", "m v=1 3", "m v=1 4", "m v=2 5"}));
}

TEST(TagLimit, SaysThatMoreTagsAreKeptThanAllowed) {
  plugin p(weir::testing::descriptor<TagLimit>(), "limit = 1\nkeep = ['a', 'b']");
  EXPECT_TRUE(p.host().logged_text("keep names 2 tags, and limit is 1", WEIR_LOG_ERROR));
  EXPECT_EQ(p.process(rows), rows);
}

}  // namespace
}  // namespace weir::tag_limit
