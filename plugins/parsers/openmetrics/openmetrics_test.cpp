// Goal: what OpenMetrics families become in both versions, and what bad lines cost.

#include "plugins/parsers/openmetrics/openmetrics.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::openmetrics_parser {
namespace {

using testing::lines;

constexpr const char* version_1 = "openmetrics_metric_version = 1";

class Parser {
 public:
  explicit Parser(const std::string& toml = "")
      : plugin_(testing::descriptor<OpenMetricsParser>(), toml) {
    plugin_.host().set_now(7);
    plugin_.format().kind = true;
  }
  lines parse(const std::string& text) { return plugin_.parse_document(text + "# EOF\n"); }
  testing::plugin& plugin() { return plugin_; }
  std::uint64_t bad() { return plugin_.host().bad_count(); }
  std::string reason() { return plugin_.host().bad().back().reason; }

 private:
  testing::plugin plugin_;
};

TEST(OpenMetricsParser, ACounterIsItsTotal) {
  const std::string text =
      "# TYPE c counter\n# UNIT c seconds\n# HELP c Help.\n"
      "c_total{a=\"b\"} 17.0 1520879607.789 # {trace_id=\"KOO5S4vxi0o\"} 0.67\nc_created 5\n";
  EXPECT_EQ(Parser(version_1).parse(text),
            (lines{"c,a=b,unit=seconds counter=17 1520879607789000000 counter"}));
  EXPECT_EQ(Parser().parse(text),
            (lines{"openmetric,a=b,unit=seconds c=17 1520879607789000000 counter"}));
  EXPECT_EQ(Parser("openmetrics_ignore_timestamp = true").parse(text),
            (lines{"openmetric,a=b,unit=seconds c=17 7 counter"}));
}

TEST(OpenMetricsParser, GaugesAndUnknownFamilies) {
  const std::string text = "# TYPE g gauge\ng 69\ng_other 1\nu 5\n# TYPE v unknown\nv NaN\n";
  EXPECT_EQ(Parser(version_1).parse(text),
            (lines{"g gauge=69 7 gauge", "g_other value=1 7 untyped", "u value=5 7 untyped"}));
}

TEST(OpenMetricsParser, ASummaryHasQuantiles) {
  const std::string text =
      "# TYPE s summary\ns_sum{p=\"x\"} 9036.32\ns_count{p=\"x\"} 807283.0\n"
      "s{p=\"x\",quantile=\"0.5\"} 1.5\ns_created{p=\"x\"} 1605281325.25\n";
  EXPECT_EQ(Parser(version_1).parse(text),
            (lines{"s,p=x count=807283,sum=9036.32,created=1605281325.25,0.5=1.5 7 summary"}));
  EXPECT_EQ(Parser().parse(text),
            (lines{"openmetric,p=x s_count=807283,s_sum=9036.32,s_created=1605281325.25 7 summary",
                   "openmetric,p=x,quantile=0.5 s=1.5 7 summary"}));
}

TEST(OpenMetricsParser, AHistogramHasBuckets) {
  const std::string text =
      "# TYPE h gaugehistogram\nh_bucket{le=\"1\"} 2\nh_gcount 3\nh_gsum 4.5\n";
  EXPECT_EQ(Parser(version_1).parse(text), (lines{"h count=3,sum=4.5,1=2 7 histogram"}));
  EXPECT_EQ(Parser().parse(text), (lines{"openmetric h_count=3,h_sum=4.5 7 histogram",
                                         "openmetric,le=1 h_bucket=2 7 histogram",
                                         "openmetric,le=+Inf h_bucket=3 7 histogram"}));
  EXPECT_EQ(Parser(version_1).parse("# TYPE h histogram\nh_bucket{le=\"1\"} 2\n"),
            (lines{"h count=0,1=2 7 histogram"}));  // no sum was given
}

TEST(OpenMetricsParser, AnotherTimeIsAnotherMetric) {
  EXPECT_EQ(Parser(version_1).parse("# TYPE h histogram\nh_count 1 1\nh_count 2 2\n"),
            (lines{"h count=1 1000000000 histogram", "h count=2 2000000000 histogram"}));
}

TEST(OpenMetricsParser, StatesAreBooleans) {
  const std::string text =
      "# TYPE alarm stateset\nalarm{entity=\"ground floor\",alarm=\"door ok\"} 1\n"
      "alarm{entity=\"ground floor\",alarm=\"window\"} 0\n";
  EXPECT_EQ(Parser(version_1).parse(text),
            (lines{"alarm,entity=ground\\ floor door_ok=t,window=f 7 untyped"}));
  EXPECT_EQ(Parser().parse(text),
            (lines{"openmetric,entity=ground\\ floor alarm_door_ok=t 7 untyped",
                   "openmetric,entity=ground\\ floor alarm_window=f 7 untyped"}));
}

TEST(OpenMetricsParser, InfoIsInItsTags) {
  const std::string text = "# TYPE i info\ni_info{version=\"1.2\",empty=\"\"} 1\n";
  EXPECT_EQ(Parser(version_1).parse(text), (lines{"i,version=1.2 info=1u 7 untyped"}));
  EXPECT_EQ(Parser().parse(text), (lines{"openmetric,version=1.2 i_info=1u 7 untyped"}));
}

// Goal: inputs.file hands large files over whole; lines of a document mean nothing alone.
TEST(OpenMetricsParser, DocumentsAreNotCutIntoLines) {
  EXPECT_EQ(testing::descriptor<OpenMetricsParser>().flags & WEIR_CUTS_STREAM, 0U);
}

TEST(OpenMetricsParser, ABadLineCostsOnlyItself) {
  Parser parser;
  EXPECT_EQ(parser.parse("a 1\nb\nc 2 3 4\n# TYPE d foo\ne 5\n"),
            (lines{"openmetric a=1 7 untyped", "openmetric e=5 7 untyped"}));
  EXPECT_EQ(parser.bad(), 3U);
  EXPECT_EQ(parser.plugin().host().bad()[1].line, 3U);
}

TEST(OpenMetricsParser, ACounterWithoutTotalIsReported) {
  Parser parser;
  EXPECT_EQ(parser.parse("# TYPE c counter\nc 1\n"), lines{});
  EXPECT_EQ(parser.reason(), "the name of a counter's sample ends with _total");
}

TEST(OpenMetricsParser, ADocumentEndsWithEof) {
  Parser parser;
  EXPECT_EQ(parser.plugin().parse_document("a 1\n"), (lines{"openmetric a=1 7 untyped"}));
  EXPECT_EQ(parser.reason(), "no # EOF at the end; the text may have been cut");
  EXPECT_EQ(parser.plugin().parse_document("a 1\n# EOF"), (lines{"openmetric a=1 7 untyped"}));
  EXPECT_EQ(parser.plugin().parse_document("\na 1\n# EOF\n"), (lines{"openmetric a=1 7 untyped"}));
  EXPECT_EQ(parser.bad(), 1U);
  parser.plugin().parse_document("# EOF\na 1\n");
  EXPECT_EQ(parser.reason(), "a line behind # EOF");
  EXPECT_EQ(parser.plugin().parse("a 1"), (lines{"openmetric a=1 7 untyped"}));  // a record
  EXPECT_EQ(parser.bad(), 2U);
}

TEST(OpenMetricsParser, KeepsFamiliesWhereMemoryIsRefused) {
  Parser parser(version_1);
  parser.plugin().host().budget_limit(0);
  std::string text = "# TYPE g gauge\n# UNIT g bytes\n";
  for (int i = 0; i < 20000; ++i) {
    text.append("g{label=\"a_long_value_").append(std::to_string(i)).append("\"} 1\n");
  }
  const lines rows = parser.parse(text);
  ASSERT_EQ(rows.size(), 20000U);
  EXPECT_EQ(rows.back(), "g,label=a_long_value_19999,unit=bytes gauge=1 7 gauge");
}

}  // namespace
}  // namespace weir::openmetrics_parser
