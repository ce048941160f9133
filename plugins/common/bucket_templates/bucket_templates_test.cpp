#include "plugins/common/bucket_templates/bucket_templates.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include <weir/error.hpp>

namespace weir::common {
namespace {

// "measurement,tag=value... field", tags sorted.
std::string text_of(const BucketTemplates& templates, std::string_view name) {
  BucketTemplates::Meaning m = templates.apply(name);
  std::sort(m.tags.begin(), m.tags.end());
  std::string text = m.measurement;
  for (const auto& [key, value] : m.tags) text.append(",").append(key).append("=").append(value);
  return m.field.empty() ? text : text + " " + m.field;
}
std::string apply(const std::vector<std::string>& templates, std::string_view name) {
  return text_of(BucketTemplates(templates, "_"), name);
}

TEST(BucketTemplates, WithoutAnyAllOfItIsTheMeasurement) {
  EXPECT_EQ(apply({}, "cpu.load.web1"), "cpu_load_web1");
  EXPECT_EQ(apply({" "}, "a"), "a");
  EXPECT_EQ(text_of(BucketTemplates({}, "."), "a.b"), "a.b");
}

struct Case {
  const char* what;
  const char* pattern;
  const char* name;
  const char* expected;
};
class Meanings : public testing::TestWithParam<Case> {};

TEST_P(Meanings, OfANamesParts) {
  EXPECT_EQ(apply({GetParam().pattern}, GetParam().name), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, Meanings,
    testing::Values(
        Case{"joined", "measurement.measurement.region", "cpu.load.us", "cpu_load,region=us"},
        Case{"field", "measurement.field.host", "cpu.load.web1", "cpu,host=web1 load"},
        Case{"left_out", "measurement..host", "cpu.load.web1", "cpu,host=web1"},
        Case{"rest_is_measurement", "host.measurement*", "web1.cpu.load.avg",
             "cpu_load_avg,host=web1"},
        Case{"rest_is_field", "measurement.field*", "cpu.load.avg", "cpu load_avg"},
        Case{"behind_the_rest", "measurement*.host", "cpu.web1.x", "cpu_web1_x,host=web1"},
        Case{"tag_twice", "region.measurement.region", "eu.cpu.west", "cpu,region=eu_west"},
        Case{"short_name", "measurement.field.host", "cpu", "cpu"},
        Case{"long_name", "measurement.host", "cpu.web1.more", "cpu,host=web1"},
        Case{"no_measurement_left", "host.measurement", "web1", ",host=web1"},
        Case{"fixed_tag", "measurement.host region=eu,dc=", "cpu.a", "cpu,dc=,host=a,region=eu"},
        Case{"fixed_and_own_tag", "measurement.region region=eu", "cpu.west", "cpu,region=eu_west"},
        Case{"separator", "/ cpu/* measurement/host", "cpu/web.1", "cpu,host=web.1"},
        Case{"separator_and_tags", "- cpu-* measurement-host a=b", "cpu-x", "cpu,a=b,host=x"}),
    [](const auto& test) { return test.param.what; });

TEST(BucketTemplates, AreChosenByFilter) {
  const BucketTemplates templates(
      {"measurement", "servers.localhost measurement.host which=localhost",
       "servers.* measurement.host which=any_server", "*.localhost host.measurement which=local",
       "servers.*.cpu measurement.host.field which=cpu"},
      "_");
  EXPECT_EQ(text_of(templates, "servers.localhost"), "servers,host=localhost,which=localhost");
  EXPECT_EQ(text_of(templates, "servers.localhost.x"), "servers,host=localhost,which=localhost");
  EXPECT_EQ(text_of(templates, "servers.web1"), "servers,host=web1,which=any_server");
  EXPECT_EQ(text_of(templates, "servers.web1.mem"), "servers,host=web1,which=any_server");
  EXPECT_EQ(text_of(templates, "servers.web1.cpu"), "servers,host=web1,which=cpu cpu");
  EXPECT_EQ(text_of(templates, "db.localhost"), "localhost,host=db,which=local");
  EXPECT_EQ(text_of(templates, "other.thing"), "other");
}

TEST(BucketTemplates, TakeTheLongerOfTwoForOneFilter) {
  EXPECT_EQ(apply({"cpu.* measurement.field.host", "cpu.* measurement.a"}, "cpu.x.y"),
            "cpu,host=y x");
}

std::string refusal(const std::string& pattern) {
  try {
    const BucketTemplates made({"measurement", pattern}, ".");
  } catch (const config_error& why) {
    EXPECT_EQ(why.path(), "templates[1]");
    return why.what();
  }
  return "";
}

TEST(BucketTemplates, RefuseWhatMeansNothing) {
  EXPECT_NE(refusal("cpu.* host.field").find("names no measurement"), std::string::npos);
  EXPECT_NE(refusal("measurement*.field*").find("both"), std::string::npos);
  EXPECT_NE(refusal("a b c d e").find("too many parts"), std::string::npos);
  EXPECT_NE(refusal("measurement a=b,c").find("without a value"), std::string::npos);
}

}  // namespace
}  // namespace weir::common
