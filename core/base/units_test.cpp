#include "core/base/units.hpp"

#include <optional>

#include <gtest/gtest.h>

namespace weir {
namespace {

constexpr std::int64_t s = 1'000'000'000;

struct Case {
  const char* what;
  const char* text;
  std::optional<std::int64_t> value;
};
std::string name_of(const testing::TestParamInfo<Case>& info) { return info.param.what; }

void expect(const Result<std::int64_t>& got, const Case& want) {
  ASSERT_EQ(got.ok(), want.value.has_value()) << want.text;
  if (got.ok()) {
    EXPECT_EQ(got.value(), want.value.value_or(0));
  } else {
    EXPECT_NE(got.error().message.find(want.text), std::string::npos);
  }
}

class GoDuration : public testing::TestWithParam<Case> {};
TEST_P(GoDuration, Parses) { expect(parse_go_duration(GetParam().text), GetParam()); }
INSTANTIATE_TEST_SUITE_P(
    All, GoDuration,
    testing::Values(Case{"seconds", "10s", 10 * s}, Case{"compound", "1h30m", 5400 * s},
                    Case{"zero", "0", 0}, Case{"negative", "-1.5s", -3 * s / 2},
                    Case{"plus", "+5s", 5 * s}, Case{"micro_u", "3us", 3000},
                    Case{"micro_sign", "3\xc2\xb5s", 3000}, Case{"micro_mu", "3\xce\xbcs", 3000},
                    Case{"fraction_only", ".5s", s / 2}, Case{"point_last", "5.s", 5 * s},
                    Case{"many_digits", "0.123456789012345678901234s", 123456789},
                    Case{"order_is_free", "1s1h", 3601 * s},
                    Case{"largest", "9223372036854775807ns", INT64_MAX},
                    Case{"too_large", "9223372036854775808ns", {}},
                    Case{"far_too_large", "99999999999999999999h", {}},
                    Case{"sum_too_large", "2562047h2562047h", {}}, Case{"empty", "", {}},
                    Case{"number_only", "3", {}}, Case{"unit_only", "s", {}},
                    Case{"point_only", ".s", {}}, Case{"unknown_unit", "1d", {}},
                    Case{"space", "1 s", {}}, Case{"sign_only", "-", {}}),
    name_of);

class AnyDuration : public testing::TestWithParam<Case> {};
TEST_P(AnyDuration, Parses) { expect(parse_duration(GetParam().text), GetParam()); }
INSTANTIATE_TEST_SUITE_P(All, AnyDuration,
                         testing::Values(Case{"seconds", "10s", 10 * s}, Case{"empty", "", 0},
                                         Case{"bare", "10", 10 * s},
                                         Case{"bare_float", "0.5", s / 2},
                                         Case{"bare_negative", "-2", -2 * s},
                                         Case{"days", "1d", 86400 * s},
                                         Case{"days_float", "1.5d", 129600 * s},
                                         Case{"days_and_hours", "1d12h", 129600 * s},
                                         Case{"bare_too_large", "9999999999999", {}},
                                         Case{"not_a_number", "nan", {}}, Case{"word", "soon", {}}),
                         name_of);

class Size : public testing::TestWithParam<Case> {};
TEST_P(Size, Parses) { expect(parse_size(GetParam().text), GetParam()); }
INSTANTIATE_TEST_SUITE_P(All, Size,
                         testing::Values(Case{"bytes", "1024", 1024}, Case{"kib", "64KiB", 65536},
                                         Case{"kb", "64KB", 64000}, Case{"small_k", "1kB", 1000},
                                         Case{"fraction", "1.5MiB", 1572864},
                                         Case{"space", "2 GiB", 2LL << 30}, Case{"b", "7B", 7},
                                         Case{"empty", "", 0}, Case{"largest", "7EiB", 7LL << 60},
                                         Case{"too_large", "8EiB", {}}, Case{"bare_k", "1K", {}},
                                         Case{"word", "much", {}}, Case{"negative", "-1", {}}),
                         name_of);

TEST(PrintDuration, IsReadBackUnchanged) {
  for (const std::int64_t ns :
       {std::int64_t{0}, 5400 * s, s / 2, std::int64_t{1}, -3 * s / 2, INT64_MAX}) {
    EXPECT_EQ(parse_go_duration(print_duration(ns)).value(), ns) << print_duration(ns);
  }
  EXPECT_EQ(print_duration(5400 * s), "1h30m");
  EXPECT_EQ(print_duration(0), "0s");
}

TEST(PrintSize, RoundsToOneDecimal) {
  EXPECT_EQ(print_size(512), "512 B");
  EXPECT_EQ(print_size(65536), "64 KiB");
  EXPECT_EQ(print_size(1610612736), "1.5 GiB");
}

}  // namespace
}  // namespace weir
