#include "plugins/common/prometheus/samples.hpp"

#include <gtest/gtest.h>

#include <weir/error.hpp>
#include <weir/testing/lines.hpp>

namespace weir::common {
namespace {

// One metric as line protocol, and its rows.
class One {
 public:
  explicit One(const std::string& line) : memory_(testing::make_batch({line}, 0)) {}
  row get() const { return *batch(memory_.head()).begin(); }

 private:
  testing::block_memory memory_;
};

Labels labels(const std::string& line, PartTag part_tag = PartTag::left_out,
              bool string_as_label = true) {
  Rules rules;
  rules.string_as_label = string_as_label;
  const One one(line);
  return labels_of(one.get(), rules, part_tag);
}

TEST(PrometheusLabels, AreTagsAndStringFields) {
  EXPECT_EQ(labels(R"(m,h=b,z=1 v=1,s="x",h="no",-="gone" 1)"),
            (Labels{{"h", "b"}, {"s", "x"}, {"z", "1"}}));
  EXPECT_EQ(labels(R"(m,t-a=1 v=1,s="x" 1)", PartTag::left_out, false), (Labels{{"t_a", "1"}}));
}

TEST(PrometheusLabels, LeaveOutWhatSaysThePart) {
  EXPECT_EQ(labels("m,a=b,le=1 v=1 1 histogram"), (Labels{{"a", "b"}}));
  EXPECT_EQ(labels("m,le=1,quantile=2 v=1 1 summary"), (Labels{{"le", "1"}}));
  EXPECT_EQ(labels("m,le=1 v=1 1"), (Labels{{"le", "1"}}));
  EXPECT_EQ(labels("m,le=1 v=1 1 histogram", PartTag::kept), (Labels{{"le", "1"}}));
}

TEST(PrometheusKinds, ComeFromTheMetricOrTheRules) {
  Rules rules;
  rules.compile({{"*_total"}, {"m_b", "g_total"}}, "types");
  const One one("m v=1 1 summary");
  EXPECT_EQ(kind_of(one.get(), "m_v", rules), WEIR_SUMMARY);
  EXPECT_EQ(kind_of(one.get(), "m_total", rules), WEIR_COUNTER);
  EXPECT_EQ(kind_of(one.get(), "m_b", rules), WEIR_GAUGE);
  EXPECT_EQ(kind_of(one.get(), "g_total", rules), WEIR_GAUGE);
}

TEST(PrometheusKinds, NameTheGlobThatCannotBeRead) {
  try {
    Rules().compile({{}, {"[a"}}, "types");
    FAIL() << "accepted";
  } catch (const config_error& e) {
    EXPECT_EQ(e.path(), "types.gauge");
  }
}

// "sum 5.5", "point 0.1 1"; empty where the only field is no part.
std::string part(const std::string& line) {
  const One one(line);
  const row r = one.get();
  const auto p = part_of(r, *r.fields().begin(), r.kind());
  if (!p) return {};
  const char* names[] = {"sum", "count", "point"};
  const std::string at = p->what == Part::What::point ? std::to_string(p->at) + " " : "";
  return std::string(names[static_cast<int>(p->what)]) + " " + at + std::to_string(p->value);
}

TEST(PrometheusParts, OfHistograms) {
  EXPECT_EQ(part("m lat_sum=5.5 1 histogram"), "sum 5.500000");
  EXPECT_EQ(part("m lat_count=4.7 1 histogram"), "count 4.000000");
  EXPECT_EQ(part("m,le=0.5 lat_bucket=3u 1 histogram"), "point 0.500000 3.000000");
  EXPECT_EQ(part("m,le=+Inf lat_bucket=3i 1 histogram"), "point inf 3.000000");
}

TEST(PrometheusParts, OfSummaries) {
  EXPECT_EQ(part("m,quantile=0.9 rpc=-2 1 summary"), "point 0.900000 -2.000000");
  EXPECT_EQ(part("m rpc_count=2 1 summary"), "count 2.000000");
}

TEST(PrometheusParts, AreNotWhatDoesNotFit) {
  EXPECT_EQ(part("m,le=x lat_bucket=3 1 histogram"), "");
  EXPECT_EQ(part("m,le=1 lat=3 1 histogram"), "");
  EXPECT_EQ(part("m lat_bucket=3 1 histogram"), "");
  EXPECT_EQ(part("m lat_count=-1 1 histogram"), "");
  EXPECT_EQ(part("m lat_count=t 1 histogram"), "");
  EXPECT_EQ(part("m lat_sum=\"1\" 1 histogram"), "");
  EXPECT_EQ(part("m,quantile=0.9 rpc=\"1\" 1 summary"), "");
}

}  // namespace
}  // namespace weir::common
