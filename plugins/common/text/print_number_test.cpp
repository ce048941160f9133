#include "plugins/common/text/print_number.hpp"

#include <array>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace weir::common {
namespace {

template <typename Writer, typename Value>
std::string printed(Writer&& writer, Value v) {
  std::array<char, fixed_bytes> text{};
  return {text.data(), writer(text.data(), v)};
}
std::string fixed(double v) { return printed(print_fixed, v); }
std::string general(double v) { return printed(print_general, v); }
std::string json(double v) { return printed(print_json_float, v); }

TEST(PrintNumber, IntegersOfEveryLength) {
  std::uint64_t v = 0;
  for (std::uint64_t digit = 1; digit < 10; ++digit) {
    v = 0;
    for (int length = 1; length <= 19; ++length) {
      v = v * 10 + digit;
      EXPECT_EQ(printed(print_u64, v), std::to_string(v));
      EXPECT_EQ(printed(print_i64, static_cast<std::int64_t>(v % 9223372036854775807U)),
                std::to_string(v % 9223372036854775807U));
    }
  }
  for (std::uint64_t p = 1; p < 1'000'000'000'000'000'000U; p *= 10) {
    for (const std::uint64_t near : {p - 1, p, p + 1}) {
      EXPECT_EQ(printed(print_u64, near), std::to_string(near));
    }
  }
  EXPECT_EQ(printed(print_u64, std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(printed(print_i64, std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(printed(print_i64, std::int64_t{-7}), "-7");
}

struct FloatCase {
  double value;
  const char* fixed;
  const char* general;
  const char* json;
};

TEST(PrintNumber, FloatsAsGoWritesThem) {
  const FloatCase cases[] = {
      {0, "0", "0", "0"},
      {-0.0, "-0", "-0", "-0"},
      {1, "1", "1", "1"},
      {-2, "-2", "-2", "-2"},
      {0.1, "0.1", "0.1", "0.1"},
      {98.5, "98.5", "98.5", "98.5"},
      {-12.0625, "-12.0625", "-12.0625", "-12.0625"},
      {0.0001, "0.0001", "0.0001", "0.0001"},
      {0.00001, "0.00001", "1e-05", "0.00001"},
      {1e-7, "0.0000001", "1e-07", "1e-7"},
      {1e-10, "0.0000000001", "1e-10", "1e-10"},
      {999999, "999999", "999999", "999999"},
      {1e6, "1000000", "1e+06", "1000000"},
      {1e8, "100000000", "1e+08", "100000000"},
      {123456789, "123456789", "1.23456789e+08", "123456789"},
      {123456789.123, "123456789.123", "1.23456789123e+08", "123456789.123"},
      {1e20, "100000000000000000000", "1e+20", "100000000000000000000"},
      {1e21, "1000000000000000000000", "1e+21", "1e+21"},
      {1e23, "100000000000000000000000", "1e+23", "1e+23"},
      {0.30000000000000004, "0.30000000000000004", "0.30000000000000004", "0.30000000000000004"},
      {899999999999.9999, "899999999999.9999", "8.999999999999999e+11", "899999999999.9999"},
      {2.5e-300, "", "2.5e-300", "2.5e-300"},
      {5e-324, "", "5e-324", "5e-324"}};
  for (const FloatCase& c : cases) {
    if (std::fabs(c.value) > 1e-290 || c.value == 0) {
      EXPECT_EQ(fixed(c.value), c.fixed);
    }
    EXPECT_EQ(general(c.value), c.general);
    EXPECT_EQ(json(c.value), c.json);
  }
  EXPECT_EQ(general(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(general(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(general(-std::numeric_limits<double>::infinity()), "-Inf");
}

TEST(PrintNumber, TheLongestFitsItsBuffer) {
  EXPECT_LE(fixed(-2.2250738585072014e-308).size(), fixed_bytes);
  EXPECT_EQ(fixed(5e-324), "0." + std::string(323, '0') + "5");
  EXPECT_EQ(fixed(-std::numeric_limits<double>::max()).size(), 310U);
}

double random_number(std::mt19937_64& random, int sort) {
  switch (sort) {
    case 0: return std::bit_cast<double>(random());
    case 1: return static_cast<double>(random() % 100'000'000) / 1e4;
    case 2: return static_cast<double>(random() % 1'000'000'000'000) / 1e5;
    default: return static_cast<double>(random() >> (random() % 64));
  }
}

// Without what depends on where the point is.
std::string digits_of(std::string s) {
  s = s.substr(0, s.find('e'));
  std::erase_if(s, [](char c) { return c == '.' || c == '-'; });
  s.erase(0, s.find_first_not_of('0'));
  while (!s.empty() && s.back() == '0') s.pop_back();
  return s;
}

// Goal: what is printed reads back, and nothing shorter does. Method: compare with to_chars, which
// promises both.
TEST(PrintNumber, ShortestThatReadsBack) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 300'000; ++i) {
    const double v = random_number(random, i % 4);
    if (!std::isfinite(v)) continue;
    const std::string text = fixed(v);
    ASSERT_EQ(std::strtod(text.c_str(), nullptr), v) << text;
    ASSERT_EQ(text.find_first_of("eE"), std::string::npos);
    std::array<char, 32> shortest{};
    const auto end = std::to_chars(shortest.data(), shortest.data() + shortest.size(), v,
                                   std::chars_format::scientific);
    ASSERT_EQ(digits_of(text), digits_of(std::string(shortest.data(), end.ptr)));
  }
}

}  // namespace
}  // namespace weir::common
