// Goal: what families become in both versions, and what bad lines cost.

#include "plugins/parsers/prometheus/prometheus.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::prometheus_parser {
namespace {

using testing::lines;

constexpr const char* version_1 = "prometheus_metric_version = 1";

class Parser {
 public:
  explicit Parser(const std::string& toml = "")
      : plugin_(testing::descriptor<PrometheusParser>(), toml) {
    plugin_.host().set_now(7);
    plugin_.format().kind = true;
  }
  lines parse(const std::string& text) { return plugin_.parse_document(text); }
  testing::plugin& plugin() { return plugin_; }
  std::string reason() { return plugin_.host().bad().back().reason; }

 private:
  testing::plugin plugin_;
};

lines sorted(lines l) {
  std::sort(l.begin(), l.end());
  return l;
}

constexpr const char* mixed =
    "# HELP http_requests_total Requests.\n"
    "# TYPE http_requests_total counter\n"
    "http_requests_total{method=\"post\",code=\"200\"} 1027 1395066363000\n"
    "# TYPE temp gauge\n"
    "temp 36.6\n"
    "# TYPE rpc summary\n"
    "rpc{quantile=\"0.5\"} 4773\n"
    "rpc_sum 1.7560473e+07\n"
    "rpc_count 2693\n"
    "# TYPE lat histogram\n"
    "lat_bucket{le=\"0.05\"} 24054\n"
    "lat_bucket{le=\"+Inf\"} 144320\n"
    "lat_sum 53423\n"
    "lat_count 144320\n"
    "other{x=\"y\"} 7\n";

TEST(PrometheusParser, NamesMetricsAfterFamiliesInVersion1) {
  Parser parser(version_1);
  const lines expected{
      "http_requests_total,code=200,method=post counter=1027 1395066363000000000 counter",
      "lat count=144320,sum=53423,0.05=24054,+Inf=144320 7 histogram",
      "other,x=y value=7 7 untyped",
      "rpc count=2693,sum=17560473,0.5=4773 7 summary",
      "temp gauge=36.6 7 gauge",
  };
  EXPECT_EQ(sorted(parser.parse(mixed)), expected);
  EXPECT_EQ(sorted(parser.parse(mixed)), expected);  // from memory
}

TEST(PrometheusParser, NamesFieldsAfterFamiliesInVersion2) {
  Parser parser;
  const lines expected{
      "prometheus lat_count=144320,lat_sum=53423 7 histogram",
      "prometheus rpc_count=2693,rpc_sum=17560473 7 summary",
      "prometheus temp=36.6 7 gauge",
      "prometheus,code=200,method=post http_requests_total=1027 1395066363000000000 counter",
      "prometheus,le=+Inf lat_bucket=144320 7 histogram",
      "prometheus,le=0.05 lat_bucket=24054 7 histogram",
      "prometheus,quantile=0.5 rpc=4773 7 summary",
      "prometheus,x=y other=7 7 untyped",
  };
  EXPECT_EQ(sorted(parser.parse(mixed)), expected);
  EXPECT_EQ(sorted(parser.parse(mixed)), expected);
}

TEST(PrometheusParser, AddsTheLastBucketInVersion2Only) {
  const std::string text = "# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_count 5\n";
  EXPECT_EQ(Parser().parse(text), (lines{"prometheus h_count=5,h_sum=0 7 histogram",
                                         "prometheus,le=1 h_bucket=2 7 histogram",
                                         "prometheus,le=+Inf h_bucket=5 7 histogram"}));
  EXPECT_EQ(Parser(version_1).parse(text), (lines{"h count=5,sum=0,1=2 7 histogram"}));
}

TEST(PrometheusParser, NoNumberIsNoValue) {
  const std::string text =
      "# TYPE g gauge\ng NaN\n# TYPE s summary\ns{quantile=\"0.5\"} NaN\ns{quantile=\"0.9\"} 1\n";
  EXPECT_EQ(Parser(version_1).parse(text), (lines{"s count=0,sum=0,0.9=1 7 summary"}));
  EXPECT_EQ(Parser().parse(text).size(), 3U);
}

TEST(PrometheusParser, EmptyLabelsAreNoTags) {
  EXPECT_EQ(Parser().parse("c{a=\"\",b=\"x\"} 1\n"), (lines{"prometheus,b=x c=1 7 untyped"}));
}

TEST(PrometheusParser, TextsHaveEscapes) {
  EXPECT_EQ(Parser().parse("c{a=\"q\\\"b\\\\n\\n}\"} 1\n"),
            (lines{"prometheus,a=q\"b\\\\n\\n} c=1 7 untyped"}));
}

TEST(PrometheusParser, TakesQuotedNames) {
  EXPECT_EQ(Parser().parse("# TYPE \"my.metric\" counter\n{\"my.metric\",\"a.b\"=\"c\"} 1\n"),
            (lines{"prometheus,a.b=c my.metric=1 7 counter"}));
}

TEST(PrometheusParser, TimestampsAreMillisecondsAndPositive) {
  const std::string text = "a 1 1700000000123\na 2 0\na 3 -5\n";
  EXPECT_EQ(Parser().parse(text), (lines{"prometheus a=1 1700000000123000000 untyped",
                                         "prometheus a=2 7 untyped", "prometheus a=3 7 untyped"}));
  EXPECT_EQ(Parser("prometheus_ignore_timestamp = true").parse("a 1 1700000000123\n"),
            (lines{"prometheus a=1 7 untyped"}));
}

TEST(PrometheusParser, ATimestampBeyondItsNanosecondsIsBad) {
  Parser p;
  EXPECT_EQ(p.parse("a 1 9223372036855\na 2 9999999999996\na 3 9223372036854\n"),
            (lines{"prometheus a=3 9223372036854000000 untyped"}));
}

// Goal: inputs.file hands large files over whole; lines of a document mean nothing alone.
TEST(PrometheusParser, DocumentsAreNotCutIntoLines) {
  EXPECT_EQ(testing::descriptor<PrometheusParser>().flags & WEIR_CUTS_STREAM, 0U);
}

TEST(PrometheusParser, ABadLineCostsOnlyItself) {
  Parser parser;
  EXPECT_EQ(parser.parse("a 1\nthis is not prometheus\nb 2\nc{x=\"1\",x=\"2\"} 3\n"),
            (lines{"prometheus a=1 7 untyped", "prometheus b=2 7 untyped"}));
  ASSERT_EQ(parser.plugin().host().bad().size(), 2U);
  EXPECT_EQ(parser.plugin().host().bad()[0].line, 2U);
  EXPECT_EQ(parser.plugin().host().bad()[0].excerpt, "this is not prometheus");
  EXPECT_EQ(parser.plugin().host().bad()[1].line, 4U);
  EXPECT_EQ(parser.plugin().host().bad()[1].offset, 44U);
  EXPECT_EQ(parser.reason(), "a label that is there already");
}

TEST(PrometheusParser, RefusesWhatTelegrafRefuses) {
  for (const char* text :
       {"a 0x10\n", "a 1_0\n", "a 1\r\n", "a\n", "a 1 2 3\n", "a{b=c} 1\n", "a{b=\"c} 1\n",
        "a{__name__=\"c\"} 1\n", "{b=\"c\"} 1\n", "9a 1\n", "# TYPE a foo\n",
        "# TYPE a counter\n# TYPE a counter\n", "a 1\n# TYPE a counter\n", "a{b=\"\\t\"} 1\n",
        "# TYPE h histogram\nh_bucket{le=\"x\"} 1\n"}) {
    Parser parser;
    parser.parse(text);
    EXPECT_EQ(parser.plugin().host().bad_count(), 1U) << text;
  }
}

TEST(PrometheusParser, ALastLineOfADocumentMayBeCut) {
  Parser parser;
  EXPECT_EQ(parser.parse("a 1\nb 12"), (lines{"prometheus a=1 7 untyped"}));
  EXPECT_EQ(parser.reason(), "the text ends within a line; it may have been cut");
  EXPECT_EQ(parser.plugin().host().bad().back().line, 2U);
  EXPECT_EQ(parser.plugin().parse("b 12"), (lines{"prometheus b=12 7 untyped"}));  // a record
}

// Goal: lines from memory mean what the text at hand says, not what the one before said.
TEST(PrometheusParser, ALineMeansWhatItsTextSays) {
  Parser parser(version_1);
  EXPECT_EQ(parser.parse("x_count 1\n"), (lines{"x_count value=1 7 untyped"}));
  EXPECT_EQ(parser.parse("# TYPE x summary\nx_count 1\n"), (lines{"x count=1,sum=0 7 summary"}));
  EXPECT_EQ(parser.parse("# TYPE x histogram\nx_count 1\n"),
            (lines{"x count=1,sum=0 7 histogram"}));
  EXPECT_EQ(parser.parse("# TYPE x summary\n# TYPE x_count gauge\nx_count 1\n"),
            (lines{"x_count gauge=1 7 gauge"}));
  EXPECT_EQ(parser.parse("# TYPE x gauge\nx_count 1\n"), (lines{"x_count value=1 7 untyped"}));
}

TEST(PrometheusParser, MessagesBringTags) {
  Parser parser;
  testing::origin from;
  from.kind = WEIR_RAW_DOCUMENT;
  from.tags = {{"url", "http://x"}, {"a", "theirs"}};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(parser.plugin().parse("m{a=\"mine\",z=\"1\"} 1\n", from),
              (lines{"prometheus,a=theirs,url=http://x,z=1 m=1 7 untyped"}));
  }
}

TEST(PrometheusParser, ForgetsWhereMemoryIsRefused) {
  Parser parser(version_1);
  parser.plugin().host().budget_limit(0);
  std::string text = "# TYPE h histogram\n";
  for (int i = 0; i < 20000; ++i) {
    const std::string n = std::to_string(i);
    text.append("a_metric_with_a_long_name{label=\"")
        .append(n)
        .append("\"} ")
        .append(n)
        .append("\n");
  }
  text += "h_bucket{le=\"1\"} 1\nh_count 2\n";
  const lines rows = parser.parse(text);
  EXPECT_EQ(rows.size(), 20001U);
  EXPECT_EQ(rows.back(), "h count=2,sum=0,1=1 7 histogram");
  EXPECT_EQ(parser.parse(text).size(), 20001U);
}

TEST(PrometheusParser, GivesMemoryBackWhenNothingComes) {
  Parser parser(version_1);
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "m{a=\"" + std::to_string(i) + "\"} 1\n";
  const lines first = parser.parse(text);
  EXPECT_GT(parser.plugin().host().charged_bytes(), 100'000);
  parser.plugin().idle();
  EXPECT_EQ(parser.plugin().host().charged_bytes(), 0);
  EXPECT_EQ(parser.parse(text), first);
}

TEST(PrometheusParser, RefusesOtherVersions) {
  EXPECT_THROW(Parser("prometheus_metric_version = 3"), testing::failure);
}

}  // namespace
}  // namespace weir::prometheus_parser
