#include "plugins/common/parsing/guess.hpp"

#include <cmath>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "plugins/common/text/go_number.hpp"

namespace weir::common {
namespace {

// What strconv answers, without the fast way.
bool reference(const std::string& text, weir_field& to) {
  std::int64_t integer = 0;
  double number = 0;
  bool boolean = false;
  if (parse_go_int(text, integer) == GoNumber::ok) return set_value(to, integer), true;
  if (parse_go_float(text, number) == GoNumber::ok) return set_value(to, number), true;
  return parse_go_bool(text, boolean) && (set_value(to, boolean), true);
}

void expect_same(const std::string& text) {
  weir_field expected{};
  const bool known = reference(text, expected);
  for (const char* behind : {"", "7", ".5", "e3"}) {
    weir_field got{};
    const std::string padded = text + behind + std::string(32, '\0');
    ASSERT_EQ(guess_value({padded.data(), text.size()}, got), known) << text;
    ASSERT_EQ(got.type, expected.type) << text;
    if (expected.type == WEIR_F64 && std::isnan(expected.v.f)) {
      ASSERT_TRUE(std::isnan(got.v.f)) << text;
    } else {
      ASSERT_EQ(got.v.u, expected.v.u) << text;
    }
  }
}

TEST(GuessValue, IsWhatStrconvReads) {
  for (const char* text : {"",
                           "0",
                           "-0",
                           "+7",
                           "007",
                           "1.",
                           ".5",
                           "-.5",
                           ".",
                           "-",
                           "+",
                           "-.",
                           "1..2",
                           "1_000",
                           "0x1F",
                           "0x1p4",
                           "1e3",
                           "Inf",
                           "-inf",
                           "NaN",
                           "infinity",
                           "true",
                           "T",
                           "f",
                           "FALSE",
                           "tru",
                           "yes",
                           "999999999999999999",
                           "9223372036854775807",
                           "9223372036854775808",
                           "-9223372036854775808",
                           "9007199254740993.0",
                           "0.000000000000000001",
                           "123456789012345678.5",
                           "1e400",
                           " 1",
                           "1 ",
                           "-0.0",
                           "12.5"}) {
    expect_same(text);
  }
}

// Goal: the fast way gives what the slow one gives.
TEST(GuessValue, OfAnyText) {
  std::mt19937 random(5);
  constexpr std::string_view letters = "0123456789012345.-+e_xtnI";
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (std::size_t n = random() % 22; n > 0; --n) text += letters[random() % letters.size()];
    expect_same(text);
  }
}

}  // namespace
}  // namespace weir::common
