#include "plugins/common/procfs/environment.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

namespace weir::procfs {
namespace {

TEST(Environment, FindsTheWholeName) {
  setenv("WEIR_TEST_NAME_LONG", "long", 1);
  setenv("WEIR_TEST_NAME", "a=b", 1);
  EXPECT_EQ(environment_value("WEIR_TEST_NAME"), "a=b");
  EXPECT_EQ(environment_value("WEIR_TEST_NAME_LONG"), "long");
  EXPECT_EQ(environment_value("WEIR_TEST_NAM"), "");
}

TEST(Environment, TakesEmptyForUnset) {
  setenv("WEIR_TEST_NAME", "", 1);
  EXPECT_EQ(environment_value("WEIR_TEST_NAME"), "");
}

}  // namespace
}  // namespace weir::procfs
