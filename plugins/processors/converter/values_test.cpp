#include "plugins/processors/converter/values.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include <weir/testing/lines.hpp>

namespace weir::converter {
namespace {

// Goal: every type into every other, written as fields; "-" is a value that cannot be converted.
struct Case {
  const char* what;
  const char* from;
  const char* integer;
  const char* unsigned_integer;
  const char* number;
  const char* boolean;
  const char* text;
};

const std::string ten_to_300 = "1" + std::string(300, '0');
const std::string minus_ten_to_300 = "-" + ten_to_300;

class ConvertTest : public testing::TestWithParam<Case> {
 protected:
  ConvertTest() : block_(weir::testing::make_batch({"m f=" + std::string(GetParam().from)}, 0)) {}
  value from() const {
    return row(block(block_.head()), block(block_.head()).rows()[0]).fields()[0].value;
  }
  // The result of a conversion as the text of a field.
  template <typename T, typename F>
  std::string result(F&& convert) const {
    T to{};
    if (!convert(from(), to)) return "-";
    builder b;
    b.metric("m").field("f", to);
    weir::testing::block_memory out(b.bytes());
    b.seal(out.data());
    const std::string line = weir::testing::print(batch(out.head()))[0];
    return line.substr(4, line.rfind(' ') - 4);
  }
  weir::testing::block_memory block_;
};

TEST_P(ConvertTest, AnswersAsTelegrafDoes) {
  EXPECT_EQ(result<std::int64_t>(to_integer), GetParam().integer);
  EXPECT_EQ(result<std::uint64_t>(to_unsigned), GetParam().unsigned_integer);
  EXPECT_EQ(result<double>(to_float), GetParam().number);
  EXPECT_EQ(result<bool>(to_boolean), GetParam().boolean);
  std::string text;
  to_text(from(), text);
  EXPECT_EQ(text, GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Numbers, ConvertTest,
    testing::Values(Case{"integer", "10i", "10i", "10u", "10", "t", "10"},
                    Case{"negative", "-3i", "-3i", "0u", "-3", "f", "-3"},
                    Case{"zero", "0i", "0i", "0u", "0", "f", "0"},
                    Case{"unsigned_integer", "7u", "7i", "7u", "7", "t", "7"},
                    Case{"large_unsigned", "18446744073709551615u", "9223372036854775807i",
                         "18446744073709551615u", "18446744073709551616", "t",
                         "18446744073709551615"},
                    Case{"half_up", "1.5", "2i", "2u", "1.5", "t", "1.5"},
                    Case{"half_down", "-1.5", "-2i", "0u", "-1.5", "f", "-1.5"},
                    Case{"half_above_even", "2.5", "3i", "3u", "2.5", "t", "2.5"},
                    Case{"below_half", "0.4999999999999999", "0i", "0u", "0.4999999999999999", "t",
                         "0.4999999999999999"},
                    Case{"huge", "1e300", "9223372036854775807i", "18446744073709551615u", "1e+300",
                         "t", ten_to_300.c_str()},
                    Case{"two_to_the_63", "9223372036854775808", "9223372036854775807i",
                         "9223372036854775808u", "9223372036854775808", "t", "9223372036854776000"},
                    Case{"huge_negative", "-1e300", "-9223372036854775808i", "0u", "-1e+300", "f",
                         minus_ten_to_300.c_str()},
                    Case{"small", "1e-7", "0i", "0u", "1e-07", "t", "0.0000001"},
                    Case{"nan", "nan", "-", "-", "nan", "f", "NaN"},
                    Case{"infinity", "inf", "9223372036854775807i", "18446744073709551615u", "inf",
                         "t", "+Inf"},
                    Case{"yes", "t", "1i", "1u", "1", "t", "true"},
                    Case{"no", "f", "0i", "0u", "0", "f", "false"}),
    [](const auto& test) { return test.param.what; });

INSTANTIATE_TEST_SUITE_P(
    Strings, ConvertTest,
    testing::Values(Case{"digits", R"("42")", "42i", "42u", "42", "-", "42"},
                    Case{"decimals", R"("3.14")", "3i", "3u", "3.14", "-", "3.14"},
                    Case{"negative", R"("-2.5")", "-3i", "0u", "-2.5", "-", "-2.5"},
                    Case{"exponent", R"("1e3")", "1000i", "1000u", "1000", "-", "1e3"},
                    Case{"hexadecimal", R"("0xff")", "255i", "255u", "255", "-", "0xff"},
                    Case{"hexadecimal_with_capital_x", R"("0XFF")", "-", "-", "-", "-", "0XFF"},
                    Case{"long_hexadecimal", R"("0x10000000000000000")", "-", "-",
                         "18446744073709551616", "-", "0x10000000000000000"},
                    Case{"hexadecimal_float", R"("0x1p4")", "16i", "16u", "-", "-", "0x1p4"},
                    Case{"too_large_an_integer", R"("92233720368547758080")",
                         "9223372036854775807i", "18446744073709551615u", "92233720368547758080",
                         "-", "92233720368547758080"},
                    Case{"beyond_floats", R"("1e400")", "-", "-", "-", "-", "1e400"},
                    Case{"word", R"("12abc")", "-", "-", "-", "-", "12abc"},
                    Case{"blank", R"(" 1")", "-", "-", "-", "-", " 1"},
                    Case{"empty", R"("")", "-", "-", "-", "-", ""},
                    Case{"yes", R"("true")", "-", "-", "-", "t", "true"},
                    Case{"capital_f", R"("F")", "-", "-", "-", "f", "F"},
                    Case{"one", R"("1")", "1i", "1u", "1", "t", "1"},
                    Case{"not_a_number", R"("NaN")", "-", "-", "nan", "-", "NaN"}),
    [](const auto& test) { return test.param.what; });

TEST(Base64, HoldsAFloat) {
  double v = 0;
  EXPECT_TRUE(base64_to_float("RKeAAA==", v));
  EXPECT_EQ(v, 1340);
  EXPECT_TRUE(base64_to_float("wEgAAA==", v));
  EXPECT_EQ(v, -3.125);
  EXPECT_TRUE(base64_to_float("RKe\nAAA==\r\n", v));
  EXPECT_EQ(v, 1340);
  for (const char* bad :
       {"", "bad", "RKeAAA=", "RKeAAA", "RKeAAAA=", "RKeA!A==", "RKeAAAAA", "RKeAAA==RKeAAA=="}) {
    EXPECT_FALSE(base64_to_float(bad, v)) << bad;
  }
}

}  // namespace
}  // namespace weir::converter
