#include "plugins/common/prometheus/names.hpp"

#include <gtest/gtest.h>

namespace weir::common {
namespace {

std::string metric(std::string_view name) {
  return clean_name(name, NameKind::metric, NameRule::legacy);
}
std::string label(std::string_view name) {
  return clean_name(name, NameKind::label, NameRule::legacy);
}
std::string utf8(std::string_view name) {
  return clean_name(name, NameKind::metric, NameRule::utf8);
}

TEST(PrometheusNames, AreCleanedOnlyWhereTheyHaveTo) {
  EXPECT_EQ(metric("a-b.c/d:e_t"), "a_b_c_d:e_t");
  EXPECT_EQ(metric("_ok_"), "_ok_");
  EXPECT_EQ(label("_ok_"), "_ok_");
  EXPECT_EQ(label("_n:o_"), "n_o");
  EXPECT_EQ(label("t:a"), "t_a");
}

TEST(PrometheusNames, AreCutAtBothEnds) {
  EXPECT_EQ(metric("1st_v"), "st_v");
  EXPECT_EQ(metric("a_\xc3\xa9"), "a");
  EXPECT_EQ(metric("--"), "");
  EXPECT_EQ(metric(""), "");
}

TEST(PrometheusNames, MayBeUtf8) {
  EXPECT_EQ(utf8("a.b"), "a.b");
  EXPECT_EQ(utf8("\xc3\xa9 x"), "\xc3\xa9 x");
  EXPECT_EQ(utf8("\xff\xff"), "");
  EXPECT_EQ(utf8("a\xff-b"), "a__b");
}

TEST(PrometheusNames, OfFields) {
  EXPECT_EQ(metric_name("cpu", "usage", false), "cpu_usage");
  EXPECT_EQ(metric_name("prometheus", "up", false), "up");
  EXPECT_EQ(metric_name("m", "lat_bucket", true), "m_lat");
  EXPECT_EQ(metric_name("prometheus", "lat_sum", true), "lat");
  EXPECT_EQ(metric_name("m", "a_count", false), "m_a_count");
}

TEST(PrometheusNames, RuleOfTheOption) {
  EXPECT_EQ(name_rule("utf8"), NameRule::utf8);
  EXPECT_EQ(name_rule("legacy"), NameRule::legacy);
}

}  // namespace
}  // namespace weir::common
