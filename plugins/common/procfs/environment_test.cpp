#include "plugins/common/procfs/environment.hpp"

#include <gtest/gtest.h>

namespace weir::procfs {
namespace {

constexpr const char* variables[] = {"NAME_LONG=long", "NAME=a=b", "EMPTY=", "broken", nullptr};

TEST(Environment, FindsTheWholeName) {
  EXPECT_EQ(value_in(variables, "NAME"), "a=b");
  EXPECT_EQ(value_in(variables, "NAME_LONG"), "long");
  EXPECT_EQ(value_in(variables, "NAM"), "");
  EXPECT_EQ(value_in(variables, "broken"), "");
}

TEST(Environment, TakesEmptyForUnset) {
  EXPECT_EQ(value_in(variables, "EMPTY"), "");
  EXPECT_EQ(value_in(nullptr, "NAME"), "");
}

TEST(Environment, IsThatOfThisProcess) { EXPECT_NE(environment_value("PATH"), ""); }

}  // namespace
}  // namespace weir::procfs
