#include "plugins/common/go_time/timestamp.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace weir::common {
namespace {

constexpr std::int64_t now_ns = 1'700'000'000'000'000'000;

struct TextCase {
  const char* format;
  const char* text;
  std::int64_t ns;
};

TEST(Timestamp, ReadsTexts) {
  const TextCase cases[] = {
      {"unix", "1700000000", 1'700'000'000'000'000'000},
      {"unix", "1700000000.25", 1'700'000'000'250'000'000},
      {"unix", "1700000000,25", 1'700'000'000'250'000'000},
      {"unix", "1 700 000 000", 1'700'000'000'000'000'000},
      {"unix", "1700000000.1234567899", 1'700'000'000'123'456'789},
      {"unix", "-1.5", -1'500'000'000},
      {"unix", "1.7e9", 1'700'000'000'000'000'000},
      {"unix_ms", "1700000000123", 1'700'000'000'123'000'000},
      {"unix_ms", "1700000000123.5", 1'700'000'000'123'500'000},
      {"unix_us", "1700000000123456", 1'700'000'000'123'456'000},
      {"unix_ns", "1700000000123456789", 1'700'000'000'123'456'789},
      {"rfc3339", "2023-11-14T22:13:20Z", 1'700'000'000'000'000'000},
      {"2006-01-02 15:04:05.000", "2023-11-14 22:13:20.987", 1'700'000'000'987'000'000},
      {"Jan _2 15:04:05", "Nov 14 22:13:20", 1'700'000'000'000'000'000},
      {"02 Jan 06 15:04 MST", "04 Jan 06 15:04 UTC", 1'136'387'040'000'000'000},
      {"02 Jan 06 15:04 MST", "04 Jan 06 15:04 GMT+3", 1'136'387'040'000'000'000}};
  for (const TextCase& c : cases) {
    std::int64_t ns = 0;
    EXPECT_EQ(TimestampFormat(c.format).read(c.text, now_ns, ns), "") << c.text;
    EXPECT_EQ(ns, c.ns) << c.format << " " << c.text;
  }
}

TEST(Timestamp, MayLeaveTheYearAsItIs) {
  std::int64_t ns = 0;
  const TimestampFormat format("15:04:05", {}, NoYear::zero);
  EXPECT_EQ(format.read("22:13:20", now_ns, ns), "");
  EXPECT_EQ(ns, -6826906978871345152);
}

TEST(Timestamp, ReadsNumbers) {
  std::int64_t ns = 0;
  EXPECT_EQ(TimestampFormat("unix").read(1700000000.25, ns), "");
  EXPECT_EQ(ns, 1'700'000'000'250'000'000);
  EXPECT_EQ(TimestampFormat("unix_ms").read(1700000000123.0, ns), "");
  EXPECT_EQ(ns, 1'700'000'000'123'000'000);
  EXPECT_EQ(TimestampFormat("unix_us").read(std::int64_t{1700000000123456}, ns), "");
  EXPECT_EQ(ns, 1'700'000'000'123'456'000);
}

TEST(Timestamp, SaysWhyNot) {
  std::int64_t ns = 0;
  EXPECT_NE(TimestampFormat("unix").read("yesterday", now_ns, ns), "");
  EXPECT_NE(TimestampFormat("unix").read("", now_ns, ns), "");
  EXPECT_NE(TimestampFormat("unix").read("1.2.3", now_ns, ns), "");
  EXPECT_NE(TimestampFormat("unix").read("99999999999", now_ns, ns), "");
  EXPECT_NE(TimestampFormat("unix").read(1e300, ns), "");
  EXPECT_NE(TimestampFormat("rfc3339").read(1.0, ns), "");
  EXPECT_NE(TimestampFormat("rfc3339").read("3023-11-14T22:13:20Z", now_ns, ns), "");
  EXPECT_NE(TimestampFormat("2006 MST").read("2023 XYZ", now_ns, ns), "");
  EXPECT_THROW(TimestampFormat("unix", "Nowhere/Land"), std::invalid_argument);
}

TEST(Timestamp, AbbreviationsAreZones) {
  time_zone est;
  ASSERT_EQ(est.load("EST"), "") << "the package tzdata is needed";
  std::int64_t ns = 0;
  EXPECT_EQ(TimestampFormat("2006-01-02 15:04 MST", "Europe/Berlin")
                .read("2023-11-14 12:00 EST", now_ns, ns),
            "");
  EXPECT_EQ(ns, 1'699'981'200'000'000'000);
}

}  // namespace
}  // namespace weir::common
