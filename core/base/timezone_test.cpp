#include <gtest/gtest.h>

#include <weir/timezone.hpp>

#include "tests/support/temp_dir.hpp"

namespace weir {
namespace {

std::int64_t utc(const civil_time& t) { return seconds_of(t); }

TEST(CivilTime, GoesThereAndBack) {
  for (std::int64_t s = -70'000'000'000; s < 70'000'000'000; s += 86'399'111) {
    EXPECT_EQ(seconds_of(civil_of(s)), s);
  }
}

TEST(CivilTime, KnowsDates) {
  EXPECT_EQ(utc({1970, 1, 1}), 0);
  EXPECT_EQ(utc({2000, 2, 29, 12}), 951825600);
  EXPECT_EQ(utc({2026, 1, 2, 3, 4, 5}), 1767323045);
  const civil_time t = civil_of(-1);
  EXPECT_EQ(t.year, 1969);
  EXPECT_EQ(t.month, 12);
  EXPECT_EQ(t.day, 31);
  EXPECT_EQ(t.second, 59);
}

TEST(CivilTime, KnowsWeekdays) {
  EXPECT_EQ(weekday_of(0), 4);                    // A Thursday.
  EXPECT_EQ(weekday_of(days_of(2026, 1, 4)), 0);  // A Sunday.
  EXPECT_EQ(weekday_of(days_of(1969, 12, 31)), 3);
}

struct ZoneCase {
  const char* what;
  const char* zone;
  std::int64_t at;
  std::int32_t offset_s;
};
class ZoneOffset : public testing::TestWithParam<ZoneCase> {};

TEST_P(ZoneOffset, IsWhatTheZoneSays) {
  time_zone zone;
  ASSERT_EQ(zone.load(GetParam().zone), "");
  EXPECT_EQ(zone.offset_s(GetParam().at), GetParam().offset_s);
}

INSTANTIATE_TEST_SUITE_P(
    All, ZoneOffset,
    testing::Values(ZoneCase{"utc", "UTC", 0, 0}, ZoneCase{"none", "", 0, 0},
                    ZoneCase{"berlin_winter", "Europe/Berlin", utc({2026, 1, 1}), 3600},
                    ZoneCase{"berlin_summer", "Europe/Berlin", utc({2026, 7, 1}), 7200},
                    ZoneCase{"berlin_before_change", "Europe/Berlin", utc({2026, 3, 29, 0, 59, 59}),
                             3600},
                    ZoneCase{"berlin_after_change", "Europe/Berlin", utc({2026, 3, 29, 1}), 7200},
                    ZoneCase{"berlin_far_summer", "Europe/Berlin", utc({2090, 7, 1}), 7200},
                    ZoneCase{"berlin_far_winter", "Europe/Berlin", utc({2090, 12, 1}), 3600},
                    ZoneCase{"berlin_1900", "Europe/Berlin", utc({1900, 1, 1}), 3600},
                    ZoneCase{"sydney_far_summer", "Australia/Sydney", utc({2090, 1, 1}), 39600},
                    ZoneCase{"sydney_far_winter", "Australia/Sydney", utc({2090, 7, 1}), 36000},
                    ZoneCase{"kolkata", "Asia/Kolkata", utc({2026, 1, 1}), 19800},
                    ZoneCase{"new_york", "America/New_York", utc({2026, 1, 1}), -18000}),
    [](const auto& test) { return test.param.what; });

// Goal: the rule at the end of a zone file, in all its forms, checked in both halves of the year.
struct RuleCase {
  const char* what;
  const char* rule;
  std::int32_t january_s, july_s;
};
class ZoneRule : public testing::TestWithParam<RuleCase> {};

TEST_P(ZoneRule, GivesTheOffsetOfTheYear) {
  detail::zone_rule rule;
  ASSERT_TRUE(rule.parse(GetParam().rule));
  EXPECT_EQ(rule.offset_s(utc({2040, 1, 15})), GetParam().january_s);
  EXPECT_EQ(rule.offset_s(utc({2040, 7, 15})), GetParam().july_s);
}

INSTANTIATE_TEST_SUITE_P(
    All, ZoneRule,
    testing::Values(RuleCase{"fixed", "JST-9", 32400, 32400},
                    RuleCase{"names_in_brackets", "<+0330>-3:30", 12600, 12600},
                    RuleCase{"months", "CET-1CEST,M3.5.0,M10.5.0/3", 3600, 7200},
                    RuleCase{"south", "AEST-10AEDT,M10.1.0,M4.1.0/3", 39600, 36000},
                    RuleCase{"own_dst_offset", "IST-1GMT0,M10.5.0,M3.5.0/1", 0, 3600},
                    RuleCase{"days_without_leap", "AAA3BBB,J60,J300", -10800, -7200},
                    RuleCase{"days_of_year", "AAA3BBB,59,299/4:30:10", -10800, -7200},
                    RuleCase{"negative_hour", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", -7200, -3600}),
    [](const auto& test) { return test.param.what; });

TEST(ZoneRule, RefusesWhatIsNone) {
  for (const char* text : {"", "A", "CET", "CET-1CEST", "CET-1CEST,M3.5.0",
                           "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0x"}) {
    EXPECT_FALSE(detail::zone_rule().parse(text)) << text;
  }
}

TEST(TimeZone, FindsTheMomentOfALocalTime) {
  time_zone zone;
  ASSERT_EQ(zone.load("Europe/Berlin"), "");
  EXPECT_EQ(zone.to_utc({2026, 7, 1, 12, 0, 0}), utc({2026, 7, 1, 10}));
  EXPECT_EQ(zone.to_utc({2026, 1, 1, 12, 0, 0}), utc({2026, 1, 1, 11}));
  EXPECT_EQ(zone.to_utc({2026, 3, 29, 3, 30, 0}), utc({2026, 3, 29, 1, 30}));
  EXPECT_EQ(zone.to_civil(utc({2026, 7, 1, 10})).hour, 12);
}

TEST(TimeZone, SaysWhatItDoesNotKnow) {
  time_zone zone;
  EXPECT_NE(zone.load("Mars/Olympus").find("Mars/Olympus"), std::string::npos);
  EXPECT_NE(zone.load("../../etc/passwd"), "");
  EXPECT_NE(zone.load("/etc/localtime"), "");
  EXPECT_EQ(zone.offset_s(0), 0);
}

// Goal: bytes of any kind are refused, not read beyond their end.
TEST(TimeZone, RefusesBrokenFiles) {
  time_zone zone;
  EXPECT_FALSE(zone.parse(""));
  EXPECT_FALSE(zone.parse("TZif2"));
  EXPECT_FALSE(zone.parse("TZif2" + std::string(39, '\xff')));
  std::string file = "TZif2" + std::string(39, '\0') + "TZif2" + std::string(39, '\0');
  EXPECT_FALSE(zone.parse(file));  // No types.
  file[44 + 39] = 1;
  EXPECT_FALSE(zone.parse(file));  // A type, but no bytes of it.
  EXPECT_TRUE(zone.parse(file + std::string(6, '\0') + "\nCET-1CEST,M3.5.0,M10.5.0/3\n"));
  EXPECT_EQ(zone.offset_s(utc({2026, 7, 1})), 7200);
}

}  // namespace
}  // namespace weir
