#include "plugins/common/text/go_number.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace weir::common {
namespace {

struct FloatCase {
  const char* text;
  GoNumber result;
  double value;
};

TEST(GoNumber, ReadsFloatsAsGoDoes) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  const FloatCase cases[] = {{"1", GoNumber::ok, 1},          {"-1.5", GoNumber::ok, -1.5},
                             {"+.5", GoNumber::ok, .5},       {"5.", GoNumber::ok, 5},
                             {"1e3", GoNumber::ok, 1000},     {"1.e+2", GoNumber::ok, 100},
                             {"1_000", GoNumber::ok, 1000},   {"0x10p0", GoNumber::ok, 16},
                             {"0x1.8p+1", GoNumber::ok, 3},   {"0x_1p0", GoNumber::ok, 1},
                             {"Inf", GoNumber::ok, inf},      {"-infinity", GoNumber::ok, -inf},
                             {"1e400", GoNumber::range, inf}, {"-1e400", GoNumber::range, -inf},
                             {"1e-400", GoNumber::ok, 0},     {"4.9e-324", GoNumber::ok, 4.9e-324},
                             {"", GoNumber::syntax, 0},       {".", GoNumber::syntax, 0},
                             {"e5", GoNumber::syntax, 0},     {"1e", GoNumber::syntax, 0},
                             {"0x10", GoNumber::syntax, 0},   {"_1", GoNumber::syntax, 0},
                             {"1_", GoNumber::syntax, 0},     {"1__0", GoNumber::syntax, 0},
                             {"1_.5", GoNumber::syntax, 0},   {"1 ", GoNumber::syntax, 0},
                             {"--1", GoNumber::syntax, 0},    {"+nan", GoNumber::syntax, 0},
                             {"1.2.3", GoNumber::syntax, 0}};
  for (const FloatCase& c : cases) {
    double value = 0;
    EXPECT_EQ(parse_go_float(c.text, value), c.result) << c.text;
    if (c.result == GoNumber::syntax) continue;
    EXPECT_EQ(value, c.value) << c.text;
  }
  double nan = 0;
  EXPECT_EQ(parse_go_float("NaN", nan), GoNumber::ok);
  EXPECT_TRUE(std::isnan(nan));
}

TEST(GoNumber, ReadsIntegersWithinTheirRange) {
  std::int64_t i = 0;
  EXPECT_EQ(parse_go_int("-9223372036854775808", i), GoNumber::ok);
  EXPECT_EQ(i, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parse_go_int("+007", i), GoNumber::ok);
  EXPECT_EQ(i, 7);
  EXPECT_EQ(parse_go_int("9223372036854775808", i), GoNumber::range);
  EXPECT_EQ(i, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_go_int("-99999999999999999999", i), GoNumber::range);
  EXPECT_EQ(i, std::numeric_limits<std::int64_t>::min());
  for (const char* bad : {"", "-", "1_0", "0x1", "1.0", " 1"}) {
    EXPECT_EQ(parse_go_int(bad, i), GoNumber::syntax);
  }
  std::uint64_t u = 0;
  EXPECT_EQ(parse_go_uint("18446744073709551615", u), GoNumber::ok);
  EXPECT_EQ(u, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(parse_go_uint("18446744073709551616", u), GoNumber::range);
  EXPECT_EQ(parse_go_uint("+1", u), GoNumber::syntax);
}

TEST(GoNumber, ReadsBooleans) {
  bool b = false;
  EXPECT_TRUE(parse_go_bool("True", b) && b);
  EXPECT_TRUE(parse_go_bool("F", b) && !b);
  EXPECT_FALSE(parse_go_bool("tRUE", b));
  EXPECT_FALSE(parse_go_bool("yes", b));
}

}  // namespace
}  // namespace weir::common
