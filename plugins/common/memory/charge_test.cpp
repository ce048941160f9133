#include "plugins/common/memory/charge.hpp"

#include <gtest/gtest.h>

#include <weir/testing/host.hpp>

namespace weir::common {
namespace {

TEST(Charge, FollowsWhatIsHeldInSteps) {
  weir::testing::host host;
  {
    Charge charge;
    charge.attach(weir::host(host.table()));
    EXPECT_TRUE(charge.hold(1));
    EXPECT_EQ(host.charged_bytes(), std::int64_t{Charge::step_bytes});
    EXPECT_TRUE(charge.hold(Charge::step_bytes + 1));
    EXPECT_EQ(host.charged_bytes(), std::int64_t{2 * Charge::step_bytes});
    EXPECT_TRUE(charge.hold(5));
    EXPECT_EQ(charge.held_bytes(), Charge::step_bytes);
  }
  EXPECT_EQ(host.charged_bytes(), 0);
}

TEST(Charge, KeepsWhatItHasWhenItIsRefusedMore) {
  weir::testing::host host;
  host.budget_limit(Charge::step_bytes);
  Charge charge;
  charge.attach(weir::host(host.table()));
  EXPECT_TRUE(charge.hold(10));
  EXPECT_FALSE(charge.hold(Charge::step_bytes + 1));
  EXPECT_EQ(charge.held_bytes(), Charge::step_bytes);
}

TEST(Charge, IsGrantedEverythingWithoutABudget) {
  Charge charge;
  EXPECT_TRUE(charge.hold(std::size_t{1} << 40U));
}

}  // namespace
}  // namespace weir::common
