#include "plugins/inputs/statsd/line_reader.hpp"

#include <netinet/in.h>

#include <string>

#include <gtest/gtest.h>

#include "plugins/inputs/statsd/test_rig.hpp"

namespace weir::statsd {
namespace {

using testing::lines;

// What is reported of a message.
lines report(std::string_view message, const RigSettings& settings = {}) {
  Rig rig(settings);
  rig.send(message);
  EXPECT_EQ(rig.problems().count, 0U) << rig.problems().reason;
  return rig.report();
}
RigSettings datadog() {
  RigSettings s;
  s.lines.datadog = true;
  return s;
}

// ---- values ----

TEST(Counters, AddUp) {
  EXPECT_EQ(report("a.b:1|c\na.b:2|c\n\n x:-3|c \r\ny:+4|c"),
            (lines{"a_b,metric_type=counter value=3i", "x,metric_type=counter value=-3i",
                   "y,metric_type=counter value=4i"}));
}

TEST(Counters, CutFractionsOff) {
  EXPECT_EQ(report("a:1.9|c\nb:1e3|c\nc:-1.9|c"),
            (lines{"a,metric_type=counter value=1i", "b,metric_type=counter value=1000i",
                   "c,metric_type=counter value=-1i"}));
}

TEST(Counters, AreScaledByTheirRate) {
  EXPECT_EQ(report("a:1|c|@0.1\nb:1.9|c|@0.5\nc:1|c|@0.3\nd:5|c|@0\ne:5|c|@x\nf:5|c|x"),
            (lines{"a,metric_type=counter value=10i", "b,metric_type=counter value=2i",
                   "c,metric_type=counter value=3i", "d,metric_type=counter value=5i",
                   "e,metric_type=counter value=5i", "f,metric_type=counter value=5i"}));
}

TEST(Counters, MayBeFloats) {
  RigSettings s;
  s.lines.float_counters = s.report.float_counters = true;
  EXPECT_EQ(report("a:1|c\na:1.5|c|@0.5", s), lines{"a,metric_type=counter value=4"});
}

TEST(Counters, WrapAroundAsIntegersDo) {
  EXPECT_EQ(report("a:9223372036854775807|c\na:1|c"),
            lines{"a,metric_type=counter value=-9223372036854775808i"});
}

TEST(Gauges, KeepTheLastValueAndAddChanges) {
  EXPECT_EQ(report("g:10|g\ng:+5|g\ng:-3|g\nh:2.5|g\nn:-7|g\nh:1e-3|g"),
            (lines{"g,metric_type=gauge value=12", "h,metric_type=gauge value=0.001",
                   "n,metric_type=gauge value=-7"}));
}

TEST(Sets, CountTheirMembers) {
  EXPECT_EQ(report("s:a|s\ns:b|s\ns:a|s\nt:a|s\nt:|s"),
            (lines{"s,metric_type=set value=2i", "t,metric_type=set value=2i"}));
}

TEST(Sets, MayBeFloats) {
  RigSettings s;
  s.report.float_sets = true;
  EXPECT_EQ(report("s:a|s", s), lines{"s,metric_type=set value=1"});
}

TEST(Timings, GiveStatistics) {
  RigSettings s;
  s.percentile_limit = 100;
  s.report.percentiles = {50, 99.9};
  EXPECT_EQ(report("t:100|ms\nt:300|ms\nt:200|ms|@0.5\nt:1|h", s),
            (lines{"t,metric_type=histogram mean=1,median=1,stddev=0,sum=1,upper=1,lower=1,"
                   "count=1i,50_percentile=1,99.9_percentile=1",
                   "t,metric_type=timing mean=200,median=200,stddev=70.71067811865476,sum=800,"
                   "upper=300,lower=100,count=4i,50_percentile=200,99.9_percentile=300"}));
}

TEST(Timings, MayCountInFloats) {
  RigSettings s;
  s.report.float_timings = true;
  EXPECT_EQ(report("t:1|ms", s), lines{"t,metric_type=timing mean=1,median=1,stddev=0,sum=1,"
                                       "upper=1,lower=1,count=1"});
}

TEST(Timings, OfARateAboveOneCountNothing) { EXPECT_EQ(report("t:1|ms|@2"), lines{}); }

TEST(Distributions, AreReportedOneByOne) {
  RigSettings s = datadog();
  s.lines.distributions = true;
  EXPECT_EQ(report("d:5|d\nd:1|d|@0.1\nd:5|d", s),
            (lines{"d,metric_type=distribution value=1", "d,metric_type=distribution value=5",
                   "d,metric_type=distribution value=5"}));
  EXPECT_EQ(report("d:5|d"), lines{});
}

TEST(Values, OfOneLineShareItsName) {
  EXPECT_EQ(report("a,x=y:1|c:2|c:7|g:m|s"),
            (lines{"a,metric_type=counter,x=y value=3i", "a,metric_type=gauge,x=y value=7",
                   "a,metric_type=set,x=y value=1i"}));
}

TEST(Kinds, AreThoseOfTheMetrics) {
  Rig rig;
  rig.send("c:1|c\ng:1|g\ns:1|s");
  EXPECT_EQ(rig.report({false, true}),
            (lines{"c,metric_type=counter value=1i counter", "g,metric_type=gauge value=1 gauge",
                   "s,metric_type=set value=1i untyped"}));
}

// ---- names ----

TEST(Names, MayCarryTags) {
  EXPECT_EQ(report("u,b=2,a=1:1|c\nu,a=1,b=2:2|c\nu,a=,=x,y,u=p=q:4|c"),
            (lines{"u,a=,metric_type=counter,u=p\\=q value=4i",
                   "u,a=1,b=2,metric_type=counter value=3i"}));
}

TEST(Names, EndAtTheirFirstSpace) {
  EXPECT_EQ(report("a b:1|c"), lines{"a,metric_type=counter value=1i"});
}

TEST(Names, CanBeCleaned) {
  RigSettings s;
  s.names.sanitize = "upstream";
  EXPECT_EQ(report("a \t b/c!d.e:1|c", s), lines{"a_b-cd_e,metric_type=counter value=1i"});
}

TEST(Names, CanBeConverted) {
  RigSettings s;
  s.names.convert = true;
  s.names.separator = ".";
  EXPECT_EQ(report("a.b-c:1|c", s), lines{"a_b__c,metric_type=counter value=1i"});
}

TEST(Names, CanBeTakenApartByTemplates) {
  RigSettings s;
  s.names.templates = {"cpu.* measurement.field.host", "web.* measurement.method.code region=eu"};
  EXPECT_EQ(report("cpu.load.h:5|g\ncpu.idle.h:7|g\nweb.get.200:1|c\nx.y:1|c\ncpu.t.h:2|ms", s),
            (lines{"cpu,host=h,metric_type=gauge load=5,idle=7",
                   "cpu,host=h,metric_type=timing t_mean=2,t_median=2,t_stddev=0,t_sum=2,"
                   "t_upper=2,t_lower=2,t_count=1i",
                   "web,code=200,method=get,metric_type=counter,region=eu value=1i",
                   "x_y,metric_type=counter value=1i"}));
}

TEST(Names, ATemplatesTagsCountMoreThanTheNames) {
  RigSettings s;
  s.names.templates = {"measurement.host"};
  EXPECT_EQ(report("cpu.web1,host=other,a=b:1|g", s),
            lines{"cpu,a=b,host=web1,metric_type=gauge value=1"});
}

TEST(Temporality, IsATagOfCounters) {
  RigSettings s;
  s.names.temporality = "delta";
  EXPECT_EQ(report("a:1|c\nb:1|g", s), (lines{"a,metric_type=counter,temporality=delta value=1i",
                                              "b,metric_type=gauge value=1"}));
}

TEST(StartTime, IsThatOfTheLastReport) {
  RigSettings s;
  s.report.start_time = true;
  Rig rig(s);
  rig.kit().advance(5'000'000'000);
  rig.report();
  rig.kit().advance(10'000'000'000);
  rig.send("a:1|c");
  const lines rows = rig.report();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_NE(rows[0].find("start_time=\"2001-09-09T"), std::string::npos) << rows[0];
  EXPECT_NE(rows[0].find(":45"), std::string::npos) << rows[0];
}

// ---- Datadog ----

TEST(Datadog, TagsStandBehindTheValue) {
  EXPECT_EQ(report("a:1|c|#b:2,c\na:1|c|@0.5|#b:2,c\na,x=y:1|c|#b:2,c:,d:e:f,,:g", datadog()),
            (lines{"a,b=2,c=true,d=e:f,metric_type=counter,x=y value=1i",
                   "a,b=2,c=true,metric_type=counter value=3i"}));
}

TEST(Datadog, TagsOfSeveralPartsCountTogether) {
  EXPECT_EQ(
      report("a:1|c|#b:1|#c:2,b:3|@0.5\na:1|#x:y|c", datadog()),
      (lines{"a,b=3,c=2,metric_type=counter value=2i", "a,metric_type=counter,x=y value=1i"}));
}

TEST(Datadog, TagsReplaceEvenTheType) {
  EXPECT_EQ(report("a,k=1:1|c|#k:2,metric_type:mine", datadog()),
            lines{"a,k=2,metric_type=mine value=1i"});
}

TEST(Datadog, TheContainerMayBeKept) {
  RigSettings s = datadog();
  EXPECT_EQ(report("a:1|c|#b:2|c:id1\na:1|c|c:id2|#b:2", s),
            lines{"a,b=2,metric_type=counter value=2i"});
  s.lines.keep_container = true;
  EXPECT_EQ(report("a:1|c|#b:2|c:id\na:1|c|c:id", s),
            (lines{"a,b=2,container=id,metric_type=counter value=1i",
                   "a,container=id,metric_type=counter value=1i"}));
}

TEST(Datadog, TagsAreNotTakenWithoutTheOption) {
  EXPECT_EQ(report("a:1|c|#b"), lines{"a,metric_type=counter value=1i"});
}

sockaddr_storage peer() {
  sockaddr_storage at{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(at);
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(0x0a000001);
  return at;
}
// What one line of 10.0.0.1 becomes; or why it is refused.
std::string datadog_line(std::string_view line, bool keep_container = false) {
  RigSettings s = datadog();
  s.lines.keep_container = keep_container;
  Rig rig(s);
  const sockaddr_storage from = peer();
  rig.send(line, &from);
  if (rig.problems().count != 0) return rig.problems().reason;
  const lines rows = rig.report({true, false});
  return rows.size() == 1 ? rows[0] : std::to_string(rows.size()) + " rows";
}

TEST(Events, BecomeMetrics) {
  EXPECT_EQ(datadog_line("_e{5,4}:title|text"),
            "title,source=10.0.0.1 alert_type=\"info\",text=\"text\",priority=\"normal\" "
            "1000000000000000000");
  EXPECT_EQ(
      datadog_line("_e{2,7}:t||a\\nb|c:|d:17|h:web|p:low|t:error|k:key|s:src|#x:y,z|c:id", true),
      "t|,aggregation_key=key,container=id,source=web,x=y,z=true alert_type=\"error\","
      "text=\"a\\nb|c:\",priority=\"low\",ts=17i,source_type_name=\"src\" 1000000000000000000");
  EXPECT_EQ(datadog_line("_e{1,1}:a|b|d:x|p:high|t:none|#host:h|c:id"),
            "a,source=h alert_type=\"info\",text=\"b\",priority=\"normal\" 1000000000000000000");
}

TEST(Events, AreRefusedWhenTheyAreNone) {
  for (const char* line : {"_e{1,1}", "_e{1}:a|b", "_e{,1}:a|b", "_e{1,x}:a|b", "_e{-1,1}:a|b"}) {
    EXPECT_EQ(datadog_line(line), "an event has to begin with _e{title length,text length}:");
  }
  EXPECT_EQ(datadog_line("_e{0,1}:|b"), "an event's title or text is empty");
  EXPECT_EQ(datadog_line("_e{1,18446744073709551615}:a|b"),
            "an event is shorter than its lengths say");
  EXPECT_EQ(datadog_line("_e{1,2}:a|b"), "an event is shorter than its lengths say");
  EXPECT_EQ(datadog_line("_e{1,1}:a|b|q:x"), "an event has a part that is not known");
  EXPECT_EQ(datadog_line("_e{1,1}:a|b||"), "an event has a part that is not known");
}

TEST(ServiceChecks, BecomeMetrics) {
  EXPECT_EQ(datadog_line("_sc|my check|0"),
            "statsd_service_check,check_name=my\\ check,source=10.0.0.1 status=0i,"
            "status_text=\"ok\" 1000000000000000000");
  EXPECT_EQ(datadog_line("_sc|c|2|d:17|h:web|#a:b|c:id|m:it|is\\nbad", true),
            "statsd_service_check,a=b,check_name=c,container=id,source=web status=2i,"
            "status_text=\"critical\",message=\"it|is\\nbad\" 17000000000");
  EXPECT_EQ(datadog_line("_sc|c|4"), "a service check's status is not 0, 1, 2 or 3");
  EXPECT_EQ(datadog_line("_sc|c"), "a service check's status is not 0, 1, 2 or 3");
  EXPECT_EQ(datadog_line("_sc||1"), "a service check has no name");
}

TEST(Datadog, OtherNamesMayBeginWithAnUnderscore) {
  EXPECT_EQ(report("_event:1|c", datadog()), lines{"_event,metric_type=counter value=1i"});
}

// ---- what is wrong ----

struct BadLine {
  const char* what;
  const char* line;
  const char* reason;
};
class BadLines : public testing::TestWithParam<BadLine> {};

TEST_P(BadLines, CostOnlyThemselves) {
  Rig rig;
  rig.send("good:1|c\n" + std::string(GetParam().line) + "\ngood:1|c\n");
  EXPECT_EQ(rig.problems().count, 1U);
  EXPECT_NE(std::string(rig.problems().reason).find(GetParam().reason), std::string::npos)
      << rig.problems().reason;
  EXPECT_EQ(rig.problems().excerpt, GetParam().line);
  EXPECT_EQ(rig.report(), lines{"good,metric_type=counter value=2i"});
}

INSTANTIATE_TEST_SUITE_P(All, BadLines,
                         testing::Values(BadLine{"no_colon", "a|c", "no \":\""},
                                         BadLine{"no_bar", "a:1", "no \"|\""},
                                         BadLine{"no_type", "a:1|", "type"},
                                         BadLine{"bad_type", "a:1|mg", "type"},
                                         BadLine{"no_number", "a:x|g", "not a number"},
                                         BadLine{"no_value", "a:|c", "not a number"},
                                         BadLine{"signed_timing", "a:-1|ms", "only a gauge"},
                                         BadLine{"signed_member", "a:+x|s", "only a gauge"},
                                         BadLine{"huge_counter", "a:1e30|c", "too large"},
                                         BadLine{"huge_rate", "a:1|c|@1e-300", "too large"},
                                         BadLine{"huge_float", "a:1e400|g", "not a number"},
                                         BadLine{"no_name", ":1|c", "no name"},
                                         BadLine{"only_tags", ",a=b:1|c", "no name"}),
                         [](const auto& test) { return test.param.what; });

TEST(BadValue, EndsItsLine) {
  Rig rig;
  rig.send("a:1|c:x|c:1|c");
  EXPECT_EQ(rig.problems().count, 1U);
  EXPECT_EQ(rig.report(), lines{"a,metric_type=counter value=1i"});
}

TEST(Problems, AreCountedAndTheFirstIsTold) {
  Rig rig;
  rig.send("first\nsecond\n" + std::string(300, 'x'));
  EXPECT_EQ(rig.problems().count, 3U);
  EXPECT_EQ(rig.problems().excerpt, "first");
}

// ---- windows ----

TEST(Windows, BeginAnew) {
  Rig rig;
  for (int round = 0; round < 3; ++round) {
    rig.send("c:1|c\ng:+1|g\ns:a|s\nt:1|ms");
    EXPECT_EQ(rig.report(),
              (lines{"c,metric_type=counter value=1i", "g,metric_type=gauge value=1",
                     "s,metric_type=set value=1i",
                     "t,metric_type=timing mean=1,median=1,stddev=0,sum=1,upper=1,lower=1,"
                     "count=1i"}));
    EXPECT_EQ(rig.report(), lines{});
  }
}

RigSettings keeping() {
  RigSettings s;
  s.report.keeps = {true, true, true, true, false};
  s.percentile_limit = 10;
  return s;
}

TEST(Windows, MayGoOn) {
  Rig rig(keeping());
  rig.send("c:1|c\ng:5|g\ns:a|s\nt:1|ms");
  rig.report();
  rig.send("c:2|c\ng:+1|g\ns:b|s\ns:a|s\nt:3|ms");
  const lines all{"c,metric_type=counter value=3i", "g,metric_type=gauge value=6",
                  "s,metric_type=set value=2i",
                  "t,metric_type=timing mean=2,median=2,stddev=1,sum=4,upper=3,lower=1,count=2i"};
  EXPECT_EQ(rig.report(), all);
  EXPECT_EQ(rig.report(), all);
  rig.send("g:-2|g\ng:1|g\ng:+1|g");
  EXPECT_EQ(rig.report()[1], "g,metric_type=gauge value=2");
}

TEST(Windows, ForgetWhatIsTooOld) {
  RigSettings s = keeping();
  s.report.max_ttl_ns = 10'000'000'000;
  Rig rig(s);
  rig.send("old:1|c\nnew:1|c\nt:1|ms\ns:m|s");
  rig.kit().advance(6'000'000'000);
  rig.send("new:1|c");
  EXPECT_EQ(rig.report().size(), 4U);
  rig.kit().advance(6'000'000'000);
  EXPECT_EQ(rig.report().size(), 4U);  // reported once more before it is forgotten
  EXPECT_EQ(rig.report(), lines{"new,metric_type=counter value=2i"});
  EXPECT_GT(rig.kit().charged_bytes(), 0);
}

TEST(Windows, FieldsOfASeriesMayComeOneByOne) {
  RigSettings s = keeping();
  s.names.templates = {"measurement.field"};
  Rig rig(s);
  rig.send("m.a:1|g");
  rig.report();
  rig.send("m.b:2|g");
  EXPECT_EQ(rig.report(), lines{"m,metric_type=gauge a=1,b=2"});
}

// Goal: names that no longer come give their memory back, and nothing that comes is lost over it.
TEST(Windows, SeriesThatNoLongerComeAreForgotten) {
  Rig rig;
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 10'000; ++i) {
      rig.send("n" + std::to_string(round) + "." + std::to_string(i) + ":1|c");
    }
    EXPECT_EQ(rig.report().size(), 10'000U);
  }
  rig.send("last:1|c");
  EXPECT_EQ(rig.report(), lines{"last,metric_type=counter value=1i"});
  rig.report();
  EXPECT_LT(rig.kit().charged_bytes(), std::int64_t{4} << 20);
}

TEST(Limits, WhatIsOverIsCounted) {
  Rig rig;
  rig.kit().budget_limit(std::int64_t{1} << 20);
  for (int i = 0; i < 10'000; ++i) rig.send("n." + std::to_string(i) + ":1|c");
  const std::uint64_t refused = rig.problems().refused;
  EXPECT_GT(refused, 1000U);
  EXPECT_EQ(rig.problems().count, 0U);
  EXPECT_EQ(rig.report().size(), 10'000U - refused);
}

TEST(Limits, OfMembersAndDistributions) {
  RigSettings s = datadog();
  s.lines.distributions = true;
  Rig rig(s);
  rig.send("s:first|s\nd:1|d");
  rig.kit().budget_limit(rig.kit().charged_bytes());
  for (int i = 0; i < 10'000; ++i) rig.send("s:" + std::to_string(i) + "|s\nd:1|d");
  EXPECT_GT(rig.problems().refused, 10'000U);
  EXPECT_GT(rig.report().size(), 1U);
}

TEST(Limits, OfWhatIsKept) {
  Rig rig(keeping());
  rig.send("a:1|c\ns:x|s");
  rig.kit().budget_limit(rig.kit().charged_bytes());
  rig.report();
  EXPECT_EQ(rig.take_refused(), 3U);  // the counter; the set and its member
}

}  // namespace
}  // namespace weir::statsd
