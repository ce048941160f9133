#include "plugins/common/any/any_value.hpp"

#include <gtest/gtest.h>

namespace weir::common {
namespace {

any integer(std::int64_t v) {
  any a;
  a.type = WEIR_C_INT;
  a.integer = v;
  return a;
}

any number(double v) {
  any a;
  a.type = WEIR_C_FLOAT;
  a.number = v;
  return a;
}

TEST(AnyValue, IsWrittenAsGoDoes) {
  any text, truth;
  text.text = "x y";
  truth.type = WEIR_C_BOOL;
  EXPECT_EQ(text_of(text), "x y");
  EXPECT_EQ(text_of(truth), "false");
  EXPECT_EQ(text_of(integer(-3)), "-3");
  EXPECT_EQ(text_of(number(2.5)), "2.5");
  EXPECT_EQ(text_of(number(1e6)), "1e+06");
  EXPECT_EQ(text_of(number(7)), "7");
}

}  // namespace
}  // namespace weir::common
