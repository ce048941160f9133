#include "plugins/processors/regex/value_rule.hpp"

#include <random>

#include <gtest/gtest.h>

#include <weir/testing/host.hpp>

namespace weir::regex {
namespace {

class ValueRuleTest : public testing::Test {
 protected:
  weir::testing::host host_;
  weir::host home_{host_.table()};
};

// Goal: an answer out of memory is the answer that thinking gives, while the memory fills, is
// forgotten and fills again.
TEST_F(ValueRuleTest, RemembersNothingWrong) {
  ValueRule replace({"k", "^(\\d+)(?:-(\\w+))?", "<$2:$1>", "", false}, "tags[0].", home_);
  ValueRule groups({"k", "(?P<number>\\d+)(?P<rest>-\\w+)?", "", "", false}, "tags[1].", home_);
  std::mt19937 chance(1);
  for (int i = 0; i < 20000; ++i) {
    const auto n = static_cast<std::uint32_t>(chance() % 3000);
    const std::string value =
        std::to_string(n) + (n % 3 == 0 ? "-" + std::string(n % 900, 'w') : "");
    for (ValueRule* rule : {&replace, &groups}) {
      const Outcome expected = rule->think(value);
      const Outcome& got = rule->outcome(value);
      ASSERT_EQ(got.matched, expected.matched);
      ASSERT_EQ(got.text, expected.text);
      ASSERT_EQ(got.groups, expected.groups);
    }
  }
  EXPECT_GT(host_.charged_bytes(), 0);
  EXPECT_LE(host_.charged_bytes(), std::int64_t{2 * ValueRule::remembered_bytes_max});
}

TEST_F(ValueRuleTest, DoesWithoutMemoryWhereTheBudgetRefuses) {
  host_.budget_limit(0);
  ValueRule rule({"k", "a", "b", "", false}, "tags[0].", home_);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(rule.outcome("aa").text, "bb");
  EXPECT_EQ(host_.charged_bytes(), 0);
}

TEST_F(ValueRuleTest, GivesItsMemoryBack) {
  {
    ValueRule rule({"k", "a", "b", "", false}, "tags[0].", home_);
    for (int i = 0; i < 3; ++i) rule.outcome("aa");
    EXPECT_GT(host_.charged_bytes(), 0);
  }
  EXPECT_EQ(host_.charged_bytes(), 0);
}

}  // namespace
}  // namespace weir::regex
