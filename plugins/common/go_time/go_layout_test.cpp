#include "plugins/common/go_time/go_layout.hpp"

#include <gtest/gtest.h>

namespace weir::common {
namespace {

constexpr std::int64_t moment = 1'700'000'000;  // 2023-11-14T22:13:20Z, a Tuesday, day 318

struct FormatCase {
  const char* layout;
  const char* text;
};

const FormatCase both_ways[] = {
    {"2006-01-02T15:04:05Z07:00", "2023-11-14T22:13:20Z"},
    {"2006-01-02T15:04:05-07:00", "2023-11-14T22:13:20+00:00"},
    {"Mon Jan _2 15:04:05 2006", "Tue Nov 14 22:13:20 2023"},
    {"Monday, 02-Jan-06 15:04:05 MST", "Tuesday, 14-Nov-23 22:13:20 UTC"},
    {"January 2, 2006 at 3:4:5pm (Z0700)", "November 14, 2023 at 10:13:20pm (Z)"},
    {"02/01/06 03:04:05 PM", "14/11/23 10:13:20 PM"},
    {"2006 002 150405", "2023 318 221320"},
    {"2006 __2 15.04.05", "2023 318 22.13.20"},
    {"20060102150405", "20231114221320"},
    {"1/2/2006 15h04m05s -0700", "11/14/2023 22h13m20s +0000"},
    {"2006_01_02_15_04_05", "2023_11_14_22_13_20"},
    {"15:04:05 on 2006-1-2", "22:13:20 on 2023-11-14"},
};

TEST(GoLayout, WritesAndReadsBack) {
  const time_zone utc;
  for (const FormatCase& c : both_ways) {
    const GoLayout layout(c.layout);
    std::string text;
    layout.format(moment, 0, utc, text);
    EXPECT_EQ(text, c.text);
    GoTime t;
    EXPECT_EQ(layout.parse(c.text, utc, t), "") << c.layout;
    EXPECT_EQ(t.unix_s, moment) << c.layout;
  }
}

TEST(GoLayout, Fractions) {
  const time_zone utc;
  const FormatCase cases[] = {{"05.000", "20.123"},
                              {"05.999999999", "20.12345"},
                              {"05,000000", "20,123450"},
                              {"05.99", "20.12"},
                              {"05.0000000000", "20.1234500000"}};
  for (const FormatCase& c : cases) {
    std::string text;
    GoLayout(c.layout).format(moment, 123'450'000, utc, text);
    EXPECT_EQ(text, c.text);
  }
  std::string none;
  GoLayout("05.999").format(moment, 0, utc, none);
  EXPECT_EQ(none, "20");
}

struct ParseCase {
  const char* layout;
  const char* text;
  std::int64_t unix_s;
  std::int32_t nanosecond;
};

TEST(GoLayout, ReadsAsGoDoes) {
  const ParseCase cases[] = {
      {"2006-01-02 15:04:05", "2023-11-14 22:13:20.987", moment, 987'000'000},
      {"2006-01-02 15:04:05", "2023-11-14 22:13:20,5", moment, 500'000'000},
      {"2006-01-02 15:04:05.000", "2023-11-14 22:13:20.987", moment, 987'000'000},
      {"2006-01-02T15:04:05,000", "2023-11-14T22:13:20,123", moment, 123'000'000},
      {"2006-01-02 15:04:05.999", "2023-11-14 22:13:20", moment, 0},
      {"2006-01-02 15:04:05.999", "2023-11-14 22:13:20.1234567891", moment, 123'456'789},
      {"2006-01-02T15:04:05Z07:00", "2023-11-14T23:13:20+01:00", moment, 0},
      {"2006-01-02T15:04:05Z07:00", "2023-11-14T19:43:20-02:30", moment, 0},
      {"2006-01-02T15:04:05Z07", "2023-11-15T00:13:20+02", moment, 0},
      {"2006-01-02T15:04:05-07:00:00", "2023-11-14T22:14:21+00:01:01", moment, 0},
      {"Jan _2 15:04:05 2006", "Nov  4 22:13:20 2023", moment - 10 * 86400, 0},
      {"Jan _2 2006", "Nov 4 2023", 1'699'056'000, 0},
      {"January 02 2006", "nOVEMBER 14 2023", 1'699'920'000, 0},
      {"06-01-02", "69-01-02", -31'449'600, 0},
      {"06-01-02", "68-01-02", 3'092'688'000, 0},
      {"3PM 2006-01-02", "12AM 2023-11-14", 1'699'920'000, 0},
      {"3PM 2006-01-02", "12PM 2023-11-14", 1'699'963'200, 0},
      {"2006 002", "2024 366", 1'735'603'200, 0},
      {"2006-01-02", "2024-02-29", 1'709'164'800, 0},
  };
  const time_zone utc;
  for (const ParseCase& c : cases) {
    GoTime t;
    EXPECT_EQ(GoLayout(c.layout).parse(c.text, utc, t), "") << c.layout << " | " << c.text;
    EXPECT_EQ(t.unix_s, c.unix_s) << c.layout << " | " << c.text;
    EXPECT_EQ(t.nanosecond, c.nanosecond) << c.text;
  }
}

TEST(GoLayout, RefusesWhatDoesNotFit) {
  const FormatCase cases[] = {{"2006-01-02", "yesterday"},
                              {"2006-01-02", "2023-11-14 "},
                              {"2006-01-02", "2023-13-14"},
                              {"2006-01-02", "2023-00-14"},
                              {"2006-01-02", "2023-02-29"},
                              {"2006-01-02", "2023-11-31"},
                              {"2006-01-02", "2023-1-14"},
                              {"2006-01-02", "23-01-14"},
                              {"2006-01-02", ""},
                              {"15:04:05", "24:00:00"},
                              {"15:04:05", "23:60:00"},
                              {"15:04:05", "23:59:60"},
                              {"3PM", "13PM"},
                              {"3PM", "3pm"},
                              {"2006-01-02T15:04:05Z07:00", "2023-11-14T22:13:20"},
                              {"2006-01-02T15:04:05Z07:00", "2023-11-14T22:13:20+25:00"},
                              {"2006-01-02T15:04:05Z07:00", "2023-11-14T22:13:20z"},
                              {"05.000", "20.12"},
                              {"05.000", "20:123"},
                              {"2006 002", "2023 366"},
                              {"2006 002", "2023 000"},
                              {"2006-01-02 002", "2023-11-14 317"},
                              {"MST", "mst"},
                              {"MST", "ABCD"},
                              {"Mon", "Xyz"}};
  const time_zone utc;
  for (const FormatCase& c : cases) {
    GoTime t;
    EXPECT_NE(GoLayout(c.layout).parse(c.text, utc, t), "") << c.layout << " | " << c.text;
  }
}

TEST(GoLayout, TakesTheZoneForTextsWithoutOne) {
  time_zone berlin;
  ASSERT_EQ(berlin.load("Europe/Berlin"), "") << "the package tzdata is needed";
  const GoLayout layout("2006-01-02 15:04:05");
  GoTime t;
  EXPECT_EQ(layout.parse("2023-07-14 12:00:00", berlin, t), "");
  EXPECT_EQ(t.unix_s, 1'689'328'800);
  EXPECT_EQ(layout.parse("2023-12-14 12:00:00", berlin, t), "");
  EXPECT_EQ(t.unix_s, 1'702'551'600);
  std::string text;
  GoLayout("2006-01-02T15:04:05Z07:00 -0700").format(1'689'328'800, 0, berlin, text);
  EXPECT_EQ(text, "2023-07-14T12:00:00+02:00 +0200");
}

TEST(GoLayout, HandsAbbreviationsBack) {
  const time_zone utc;
  GoTime t;
  EXPECT_EQ(GoLayout("2006-01-02 MST").parse("2023-11-14 CEST", utc, t), "");
  EXPECT_EQ(t.abbreviation, "CEST");
  EXPECT_EQ(t.unix_s, 1'699'920'000);
  EXPECT_EQ(GoLayout("2006-01-02 MST").parse("2023-11-14 UTC", utc, t), "");
  EXPECT_EQ(t.abbreviation, "");
}

TEST(GoLayout, KnowsNames) {
  EXPECT_EQ(go_layout_of("RFC3339"), "2006-01-02T15:04:05Z07:00");
  EXPECT_EQ(go_layout_of("ANSIC"), "Mon Jan _2 15:04:05 2006");
  EXPECT_EQ(go_layout_of("2006"), "2006");
}

// Goal: every moment that is written reads back.
TEST(GoLayout, RoundTrip) {
  const time_zone utc;
  for (const char* text :
       {"2006-01-02T15:04:05.999999999Z07:00", "Mon Jan _2 15:04:05.000000000 2006",
        "2006 002 3:4:5.000000000 PM", "02 January 2006 15:04:05.000000000"}) {
    const GoLayout layout(text);
    std::int64_t s = -62'000'000'000;
    for (int i = 0; i < 20'000; ++i, s += 12'345'677) {
      const auto ns = static_cast<std::int32_t>((i * 98'765'431LL) % 1'000'000'000);
      std::string out;
      layout.format(s, ns, utc, out);
      GoTime t;
      ASSERT_EQ(layout.parse(out, utc, t), "") << out;
      ASSERT_EQ(t.unix_s, s) << out;
      ASSERT_EQ(t.nanosecond, ns) << out;
    }
  }
}

}  // namespace
}  // namespace weir::common
