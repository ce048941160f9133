#include "plugins/inputs/kernel/pressure.hpp"

#include <gtest/gtest.h>

namespace weir::kernel_input {
namespace {

TEST(Pressure, HasTwoLines) {
  const Pressure pressure = parse_pressure(
      "some avg10=1.53 avg60=1.87 avg300=0.00 total=1088168194\nfull avg10=0.10 avg60=0.20 "
      "avg300=0.30 total=7\n");
  ASSERT_TRUE(pressure.some.known);
  EXPECT_EQ(pressure.some.avg10, 1.53);
  EXPECT_EQ(pressure.some.avg60, 1.87);
  EXPECT_EQ(pressure.some.avg300, 0);
  EXPECT_EQ(pressure.some.total_us, 1088168194U);
  ASSERT_TRUE(pressure.full.known);
  EXPECT_EQ(pressure.full.total_us, 7U);
}

TEST(Pressure, BearsOtherKernels) {
  const Pressure old = parse_pressure("some avg10=1 avg60=2 avg300=3 total=4");
  EXPECT_TRUE(old.some.known);
  EXPECT_FALSE(old.full.known);
  const Pressure odd =
      parse_pressure("most avg10=1\nsome avg10=x avg60=2 avg300=3 total=4\nfull\n");
  EXPECT_FALSE(odd.some.known);
  EXPECT_FALSE(odd.full.known);
  const Pressure longer = parse_pressure("full avg10=1 avg60=2 avg300=3 total=4 more=5\n");
  EXPECT_TRUE(longer.full.known);
}

}  // namespace
}  // namespace weir::kernel_input
