#include "plugins/parsers/logfmt/logfmt.hpp"

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "plugins/parsers/logfmt/unquote.hpp"

namespace weir::logfmt {
namespace {

using testing::lines;

struct ReadCase {
  const char* what;
  const char* text;
  lines rows;  // without time
};

class ReadsLikeTelegraf : public ::testing::TestWithParam<ReadCase> {};

TEST_P(ReadsLikeTelegraf, Rows) {
  testing::plugin p(testing::descriptor<LogfmtParser>(), "logfmt_tag_keys = ['host', 't_*']");
  p.format().time = false;
  EXPECT_EQ(p.parse_document(GetParam().text), GetParam().rows);
  EXPECT_EQ(p.parse(GetParam().text), GetParam().rows);
  EXPECT_EQ(p.parse_split(GetParam().text), GetParam().rows);
  EXPECT_EQ(p.host().bad_count(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Accepted, ReadsLikeTelegraf,
    ::testing::Values(
        ReadCase{"lines",
                 "host=a ts=2018-07-24T19:43:40Z took=4ms status=200 ok=true\n\n"
                 "host=b ts=x took=5ms status=404 ok=f\r\nhost=a status=7",
                 {",host=a ts=\"2018-07-24T19:43:40Z\",took=\"4ms\",status=200i,ok=t",
                  ",host=b ts=\"x\",took=\"5ms\",status=404i,ok=f", ",host=a status=7i"}},
        ReadCase{"numbers",
                 "a=9223372036854775807 b=10000000000000000000 c=0x10 d=1_000 g=+5 h=007 i=1.",
                 {" a=9223372036854775807i,b=1e+19,c=\"0x10\",d=1000,g=5i,h=7i,i=1"}},
        ReadCase{"quotes",
                 R"(a="say \"hi\"" b="tab\tx" c="é" d="" e="a=b c"f=1 t_x="a b")",
                 {R"(,t_x=a\ b a="say \"hi\"",b="tab\tx",c="é",e="a=b c",f=1i)"}},
        ReadCase{"without_values", "a b= c\n", {}}, ReadCase{"keys_alone", "a b= c=1 d", {" c=1i"}},
        ReadCase{"repeated", "a=1 b=2 a=x\na=1 b=2 a= a=t\n", {" a=\"x\",b=2i", " a=t,b=2i"}},
        ReadCase{"tags_alone", "host=a t_1=2\nhost=b v=1", {",host=b v=1i"}},
        ReadCase{"scripts", "größe=5 日本=x", {" größe=5i,日本=\"x\""}},
        ReadCase{"blank", " \t\n\n", {}}),
    [](const auto& test) { return std::string(test.param.what); });

TEST(LogfmtParser, BadLinesCostThemselves) {
  testing::plugin p(testing::descriptor<LogfmtParser>());
  p.format().time = false;
  EXPECT_EQ(p.parse_document("v=1\na=\"x\nv=2\n=5\nv=3\na\"b\nv=4\nv=5 a=b=c\nv=6\na=\"\\x\"\nv=7\n"
                             "\xff=1\nv=8\na=b\"\nv=9\n"),
            (lines{" v=1i", " v=2i", " v=3i", " v=4i", " v=6i", " v=7i", " v=8i", " v=9i"}));
  ASSERT_EQ(p.host().bad_count(), 7U);
  EXPECT_EQ(p.host().bad()[0].line, 2U);
  EXPECT_EQ(p.host().bad()[0].excerpt, "a=\"x");
  EXPECT_EQ(p.host().bad()[6].line, 14U);
}

TEST(LogfmtParser, ManySeriesKeysAndBatches) {
  testing::plugin p(testing::descriptor<LogfmtParser>(), "logfmt_tag_keys = ['host']");
  p.format().time = false;
  std::string text;
  lines expected;
  for (int i = 0; i < 20000; ++i) {
    const std::string host = "h" + std::to_string(i * 7 % 300);
    const std::string key = "k" + std::to_string(i % 11);
    text += "host=" + host + " " + key + "=" + std::to_string(i) + " v=x\n";
    expected.push_back(",host=" + host + " " + key + "=" + std::to_string(i) + "i,v=\"x\"");
  }
  EXPECT_EQ(p.parse_document(text), expected);
  p.idle();
  EXPECT_EQ(p.host().charged_bytes(), 0);
  EXPECT_EQ(p.parse_document(text), expected);
}

TEST(LogfmtParser, RefusesAGlobThatIsNone) {
  EXPECT_THROW(testing::plugin(testing::descriptor<LogfmtParser>(), "logfmt_tag_keys = ['[a*']"),
               testing::failure);
}

TEST(Unquote, ReadsWhatGoReads) {
  std::string to;
  EXPECT_TRUE(unquote(R"(\b\f\n\r\t\/\\\"\'\u00e9\ud83d\ude00)", to));
  EXPECT_EQ(to, "\b\f\n\r\t/\\\"'é😀");
  EXPECT_TRUE(unquote("\\ud83dx\\ude00\\ud83d\\u0041\xff", to));
  EXPECT_EQ(to,
            "\xef\xbf\xbdx\xef\xbf\xbd\xef\xbf\xbd"
            "A\xef\xbf\xbd");
  for (const char* bad : {"\\x", "\\", "\\u12", "\\u12g4", "a\tb", "a\"b"}) {
    EXPECT_FALSE(unquote(bad, to)) << bad;
  }
}

}  // namespace
}  // namespace weir::logfmt
