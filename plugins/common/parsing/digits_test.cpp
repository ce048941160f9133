#include "plugins/common/parsing/digits.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::common {
namespace {

struct Reading {
  std::uint64_t mantissa;
  unsigned digits, fraction;
  bool dot;
  std::size_t used;
  bool operator==(const Reading&) const = default;
};

Reading decimal(std::string text) {
  text += std::string(32, ' ');
  Decimal d{};
  const char* const end = read_decimal(text.data(), d);
  return {d.mantissa, d.digits, d.fraction, d.dot, static_cast<std::size_t>(end - text.data())};
}

TEST(Digits, OfEveryLength) {
  std::string digits;
  std::uint64_t value = 0;
  for (unsigned n = 1; n <= 19; ++n) {
    const unsigned digit = (n * 7) % 10;
    digits += static_cast<char>('0' + digit);
    value = value * 10 + digit;
    EXPECT_EQ(decimal(digits), (Reading{value, n, 0, false, n}));
    EXPECT_EQ(decimal(digits + "i"), (Reading{value, n, 0, false, n}));
  }
}

TEST(Digits, WithADotAtEveryPlace) {
  const std::string all = "12345678901";
  for (unsigned dot = 0; dot <= all.size(); ++dot) {
    const std::string text = all.substr(0, dot) + "." + all.substr(dot);
    EXPECT_EQ(decimal(text), (Reading{12345678901ULL, 11, 11 - dot, true, 12})) << text;
  }
}

TEST(Digits, EndWhereTheyEnd) {
  EXPECT_EQ(decimal("1.5.2"), (Reading{15, 2, 1, true, 3}));
  EXPECT_EQ(decimal("1.2e3"), (Reading{12, 2, 1, true, 3}));
  EXPECT_EQ(decimal("x"), (Reading{0, 0, 0, false, 0}));
  EXPECT_EQ(decimal("."), (Reading{0, 0, 0, true, 1}));
  EXPECT_EQ(decimal("7:"), (Reading{7, 1, 0, false, 1}));
  EXPECT_EQ(decimal("7/"), (Reading{7, 1, 0, false, 1}));
}

TEST(Digits, AnEndlessRunMayEndEarlyButKeepsItsCount) {
  const std::string text = std::string(100, '9') + std::string(32, ' ');
  common::Run run{0, 0};
  const char* const end = read_digits(text.data(), run);
  EXPECT_GE(run.count, run_max);
  EXPECT_EQ(end - text.data(), static_cast<std::ptrdiff_t>(run.count));
}

}  // namespace
}  // namespace weir::common
