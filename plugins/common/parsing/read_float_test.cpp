// Goal: what is read at once is what the careful parser reads; the rest is left to it.

#include "plugins/common/parsing/read_float.hpp"

#include <bit>
#include <cstdlib>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "plugins/common/text/go_number.hpp"

namespace weir::common {
namespace {

const std::string slack(48, '\n');

// How many characters were read; 0 = none of them.
std::size_t read(const std::string& text, double& value) {
  const std::string padded = text + slack;
  const char* const end = read_float(padded.data(), value);
  return end == nullptr ? 0 : static_cast<std::size_t>(end - padded.data());
}

TEST(ReadFloat, ReadsWhatExpositionsHold) {
  const std::pair<const char*, double> cases[] = {{"0", 0},
                                                  {"1027", 1027},
                                                  {"-3.25", -3.25},
                                                  {"1.7560473e+07", 17560473},
                                                  {"2.5e-05", 2.5e-05},
                                                  {".5", 0.5},
                                                  {"5.", 5},
                                                  {"1e22", 1e22},
                                                  {"1e308", 1e308},
                                                  {"0.30000000000000004", 0.30000000000000004},
                                                  {"4e-320", 4e-320},
                                                  {"123456789012345678", 123456789012345678.0}};
  for (const auto& [text, expected] : cases) {
    double v = -1;
    EXPECT_EQ(read(text, v), std::string(text).size()) << text;
    EXPECT_EQ(v, expected) << text;
  }
}

TEST(ReadFloat, StopsBehindTheNumber) {
  double v = 0;
  EXPECT_EQ(read("12 34", v), 2U);
  EXPECT_EQ(read("1.5,2", v), 3U);
  EXPECT_EQ(read("1e3x", v), 3U);
}

TEST(ReadFloat, LeavesOthersAlone) {
  for (const char* text : {"", "-", ".", "+1", "NaN", "+Inf", "e5", "1e", "1e+", "1e1000", "1e309",
                           "1234567890123456789012", "0.1234567890123456789", "x"}) {
    double v = 0;
    EXPECT_EQ(read(text, v), 0U) << text;
  }
}

TEST(ReadFloat, KeepsNegativeZero) {
  double v = 1;
  EXPECT_EQ(read("-0", v), 2U);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(v), std::bit_cast<std::uint64_t>(-0.0));
}

TEST(ReadFloat, AgreesWithTheCarefulParser) {
  std::mt19937_64 random(5);
  constexpr std::string_view alphabet = "0123456789.e-+0123456789";
  for (int i = 0; i < 200000; ++i) {
    std::string text;
    for (std::size_t n = 1 + random() % 20; n > 0; --n) {
      text += alphabet[random() % alphabet.size()];
    }
    double v = 0;
    const std::size_t n = read(text, v);
    double expected = 0;
    if (n == 0) continue;
    ASSERT_EQ(parse_go_float(text.substr(0, n), expected), GoNumber::ok) << text;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(v), std::bit_cast<std::uint64_t>(expected)) << text;
  }
}

}  // namespace
}  // namespace weir::common
