#include "plugins/parsers/influx/influx.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::influx {
namespace {

using testing::lines;

testing::plugin parser(const std::string& toml = "") {
  return testing::plugin(testing::descriptor<InfluxParser>(), toml);
}

struct ReadCase {
  const char* what;
  const char* text;
  lines rows;
};

class ReadsLikeTelegraf : public ::testing::TestWithParam<ReadCase> {};

TEST_P(ReadsLikeTelegraf, InEveryCut) {
  testing::plugin p(testing::descriptor<InfluxParser>());
  EXPECT_EQ(p.parse_split(GetParam().text), GetParam().rows);
  EXPECT_EQ(p.host().bad_count(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Accepted, ReadsLikeTelegraf,
    ::testing::Values(
        ReadCase{"plain", "m,t=a a=1,b=2i,c=\"s\" 5\n", {R"(m,t=a a=1,b=2i,c="s" 5)"}},
        ReadCase{"no_final_line_feed", "m a=1 1\nm a=2 2", {"m a=1 1", "m a=2 2"}},
        ReadCase{"carriage_returns",
                 "m a=1 1\r\nm a=2\r\n\r\nm a=3 3\r",
                 {"m a=1 1", "m a=2 1000000000000000000", "m a=3 3"}},
        ReadCase{"blank_lines_and_comments", "\n \t\n# a=1 b=1\n  # x\nm a=1 1\n#", {"m a=1 1"}},
        ReadCase{"leading_blanks",
                 "   m a=1 1\n\tn b=2 2\n\v\fo c=3 3\n",
                 {"m a=1 1", "n b=2 2", "o c=3 3"}},
        ReadCase{"many_blanks",
                 "m\t a=1 \v 1 \f\nm  \f a=2\t\n",
                 {"m a=1 1", "m a=2 1000000000000000000"}},
        ReadCase{"escaped_name",
                 R"(my\ name\,with\=all,tag\ key=tag\ value\,x\=y field\ key\,z\=w=1 3)",
                 {R"(my\ name\,with\\=all,tag\ key=tag\ value\,x\=y field\ key\,z\=w=1 3)"}},
        ReadCase{"backslashes_stay",
                 R"(c:\\dir,path=C:\new\folder,p2=a\b f="C:\\x\"y\"" 4)",
                 {R"(c:\\\\dir,p2=a\\b,path=C:\\new\\folder f="C:\\x\"y\"" 4)"}},
        ReadCase{
            "backslash_before_backslash_in_a_tag", R"(m,t=a\\,b f=1 1)", {R"(m,t=a\\\,b f=1 1)"}},
        ReadCase{"quotes_outside_strings",
                 R"("m",t="q",u='s',w=a"b a\ "b"=1,c'd=2 1)",
                 {R"("m",t="q",u='s',w=a"b a\ "b"=1,c'd=2 1)"}},
        ReadCase{"tag_order",
                 "m,zz=1,aa=2,MM=3,a=4,_b=5,0=6 v=1 1",
                 {"m,0=6,MM=3,_b=5,a=4,aa=2,zz=1 v=1 1"}},
        ReadCase{"the_last_tag_wins", "m,a=1,b=2,a=3 v=1 1", {"m,a=3,b=2 v=1 1"}},
        ReadCase{"the_last_field_wins_in_place", "m a=1,b=2,a=3i 1", {"m a=3i,b=2 1"}},
        ReadCase{"tag_and_field_of_one_key", "m,a=x a=1 1", {"m,a=x a=1 1"}},
        ReadCase{"numeric_names", "123,456=789 0=1,1=2i 3", {"123,456=789 0=1,1=2i 3"}},
        ReadCase{"equals_in_a_name", "a=b c=1 1", {"a=b c=1 1"}},
        ReadCase{"float_forms",
                 "m a=5.,b=-.5,c=1.e5,d=00012.50,e=.5,f=1E-2,g=-0,h=1e+2 1",
                 {"m a=5,b=-0.5,c=1e+05,d=12.5,e=0.5,f=0.01,g=-0,h=100 1"}},
        ReadCase{
            "float_limits",
            "m a=4.9e-324,b=1e-400,c=1.7976931348623157e308,d=123456789012345678901234567890 1",
            {"m a=5e-324,b=0,c=1.7976931348623157e+308,d=1.2345678901234568e+29 1"}},
        ReadCase{"long_decimals",
                 "m a=0.1234567890123456789,b=12345678.12345678,c=9007199254740993 1",
                 {"m a=0.12345678901234568,b=12345678.12345678,c=9007199254740992 1"}},
        ReadCase{
            "integers",
            "m a=-0i,b=9223372036854775807i,c=-9223372036854775808i,d=18446744073709551615u,e=0u 1",
            {"m a=0i,b=9223372036854775807i,c=-9223372036854775808i,d=18446744073709551615u,e=0u "
             "1"}},
        ReadCase{"booleans",
                 "m b1=t,b2=T,b3=true,b4=True,b5=TRUE,c1=f,c2=F,c3=false,c4=False,c5=FALSE 1",
                 {"m b1=t,b2=t,b3=t,b4=t,b5=t,c1=f,c2=f,c3=f,c4=f,c5=f 1"}},
        ReadCase{
            "strings",
            "m a=\"\",b=\" \",c=\"a,b=c "
            "d\",d=\"\\\"q\\\"\",e=\"b\\\\s\",f=\"trail\\\\\",g=\"é😀\",h=\"t\tab\" 5",
            {R"(m a="",b=" ",c="a,b=c d",d="\"q\"",e="b\\s",f="trail\\",g="é😀",h="t\tab" 5)"}},
        ReadCase{"line_breaks_in_strings",
                 "m a=\"one\ntwo\r\nthree\",b=1i 6\nn c=2i 7\n",
                 {R"(m a="one\ntwo\r\nthree",b=1i 6)", "n c=2i 7"}},
        ReadCase{"timestamps",
                 "m a=1 -1\nm a=1 0\nm a=1 9223372036854775807\nm a=1 0000000000000000007\n",
                 {"m a=1 -1", "m a=1 0", "m a=1 9223372036854775807", "m a=1 7"}}),
    [](const auto& test) { return std::string(test.param.what); });

struct BadCase {
  const char* what;
  const char* text;
  std::uint32_t line, col;
};

class RefusesLikeTelegraf : public ::testing::TestWithParam<BadCase> {};

// Goal: one bad record between good ones is reported with its place, and they arrive.
TEST_P(RefusesLikeTelegraf, AndGoesOn) {
  testing::plugin p(testing::descriptor<InfluxParser>());
  const std::string text = "a v=1 1\n" + std::string(GetParam().text) + "\nb v=2 2\n";
  const bool swallows = std::string_view(GetParam().what) == "unterminated_string";
  EXPECT_EQ(p.parse_split(text), (swallows ? lines{"a v=1 1"} : lines{"a v=1 1", "b v=2 2"}));
  ASSERT_FALSE(p.host().bad().empty());
  const auto bad = p.host().bad()[0];
  EXPECT_EQ(bad.count, 1U);
  EXPECT_EQ(bad.line, GetParam().line);
  EXPECT_EQ(bad.col, GetParam().col);
  EXPECT_NE(bad.reason, "");
}

INSTANTIATE_TEST_SUITE_P(
    Refused, RefusesLikeTelegraf,
    ::testing::Values(
        BadCase{"no_fields", "broken", 2, 7}, BadCase{"no_field_value", "m a", 2, 4},
        BadCase{"no_value", "m a=", 2, 5}, BadCase{"empty_tag_value", "m,t= a=1 1", 2, 5},
        BadCase{"empty_tag_key", "m,=x a=1 1", 2, 3},
        BadCase{"tag_without_value", "m,t a=1 1", 2, 4},
        BadCase{"comma_behind_tags", "m,t=a, a=1 1", 2, 7},
        BadCase{"comma_behind_fields", "m a=1, 1", 2, 7},
        BadCase{"name_starts_with_comma", ",t=a a=1", 2, 1},
        BadCase{"equals_in_tag_value", "m,t=a=b a=1", 2, 6}, BadCase{"plus", "m a=+5i 1", 2, 5},
        BadCase{"hexadecimal", "m a=0x10 1", 2, 5}, BadCase{"grouped", "m a=1_000 1", 2, 5},
        BadCase{"nan", "m a=NaN 1", 2, 5}, BadCase{"infinity", "m a=inf 1", 2, 5},
        BadCase{"leading_zeros", "m a=007i 1", 2, 5},
        BadCase{"fraction_of_integer", "m a=1.0i 1", 2, 5},
        BadCase{"negative_unsigned", "m a=-1u 1", 2, 5},
        BadCase{"capital_suffix", "m a=1U 1", 2, 5}, BadCase{"no_exponent", "m a=1e 1", 2, 5},
        BadCase{"only_a_dot", "m a=. 1", 2, 5}, BadCase{"only_a_minus", "m a=- 1", 2, 5},
        BadCase{"float_overflow", "m a=1e400 1", 2, 5},
        BadCase{"integer_overflow", "m a=9223372036854775808i 2", 2, 5},
        BadCase{"integer_underflow", "m a=-9223372036854775809i 2", 2, 5},
        BadCase{"unsigned_overflow", "m a=18446744073709551616u 2", 2, 5},
        BadCase{"word", "m a=yes 1", 2, 5}, BadCase{"almost_true", "m a=truex 1", 2, 5},
        BadCase{"unterminated_string", "m a=\"abc 1", 4, 1},
        BadCase{"text_behind_string", "m a=\"b\"c 1", 2, 8},
        BadCase{"string_escape_n", "m g=\"\\n literal\" 4", 2, 6},
        BadCase{"string_escape_t", "m g=\"a\\tb\" 4", 2, 7},
        BadCase{"form_feed_in_string", "m g=\"a\fb\" 4", 2, 7},
        BadCase{"lone_carriage_return", "m g=\"a\rb\" 4", 2, 7},
        BadCase{"escaped_line_feed", "m,t=a\\", 2, 5},
        BadCase{"space_is_escaped", "m\\ g=1 4", 2, 9},
        BadCase{"timestamp_overflow", "m a=4 9223372036854775808", 2, 7},
        BadCase{"twenty_digits", "m a=4 00000000000000000001", 2, 7},
        BadCase{"timestamp_minus", "m a=4 -", 2, 7}, BadCase{"two_timestamps", "m a=4 1 2", 2, 9},
        BadCase{"text_behind_timestamp", "m a=4 1x", 2, 8},
        BadCase{"timestamp_with_fraction", "m a=4 1.5", 2, 8}),
    [](const auto& test) { return std::string(test.param.what); });

TEST(InfluxParser, ReportsByteLineColumnAndExcerpt) {
  auto p = parser();
  p.parse("m a=1 1\n\nm s=\"x\ny\",b=no 2\n");
  ASSERT_EQ(p.host().bad().size(), 1U);
  const auto bad = p.host().bad()[0];
  EXPECT_EQ(bad.offset, 21U);
  EXPECT_EQ(bad.line, 4U);
  EXPECT_EQ(bad.col, 6U);
  EXPECT_EQ(bad.excerpt, "y\",b=no 2");
}

TEST(InfluxParser, CountsLinesOfAStreamOnAndOn) {
  auto p = parser();
  p.parse_stream("m a=1 1\nm a=\"\n\" 2\n#\nbad\nm a=3 3\n", 3, 7);
  ASSERT_EQ(p.host().bad().size(), 1U);
  EXPECT_EQ(p.host().bad()[0].line, 5U);
  p.parse_stream("bad\n", 2, 7);  // the session ended: it begins anew
  EXPECT_EQ(p.host().bad()[1].line, 1U);
}

TEST(InfluxParser, SumsUpReportsOfOneText) {
  auto p = parser();
  std::string text;
  for (int i = 0; i < 100; ++i) text += "bad\n";
  p.parse(text);
  EXPECT_EQ(p.host().bad_count(), 100U);
  EXPECT_EQ(p.host().bad().size(), 17U);
}

TEST(InfluxParser, TagsOfTheMessageJoinTheSeriesOnEveryPath) {
  auto p = parser();
  const lines rows = {R"(raw record session=1 "m,b=1,path=old f=1 1\nm,b=1,path=old f=2 2" path=x)",
                      R"(raw record session=1 "m,b=1,path=old f=3 3\nn f=4 4" path=y,z=1)",
                      R"(raw record session=1 "m,b=1,path=old f=5 5\nm,b=1,path=old f=6 6")"};
  const lines expected = {"m,b=1,path=x f=1 1", "m,b=1,path=x f=2 2",   "m,b=1,path=y,z=1 f=3 3",
                          "n,path=y,z=1 f=4 4", "m,b=1,path=old f=5 5", "m,b=1,path=old f=6 6"};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(p.parse_rows(rows), expected) << i;
}

TEST(InfluxParser, PrecisionIsTheUnitOfTimestamps) {
  auto seconds = parser("influx_timestamp_precision = '1s'");
  seconds.host().set_now(1'000'000'000'999'999'999);
  EXPECT_EQ(seconds.parse("m a=1 1700000000\nm a=2 1700000000123\nm a=3 -5\nm a=4\n"),
            (lines{"m a=1 1700000000000000000", "m a=2 2899545341721251328", "m a=3 -5000000000",
                   "m a=4 1000000000000000000"}));
  auto number = parser("influx_timestamp_precision = 1");
  EXPECT_EQ(number.parse("m a=1 7"), (lines{"m a=1 7000000000"}));
  auto micro = parser("influx_timestamp_precision = '1us'");
  EXPECT_EQ(micro.parse("m a=1 7"), (lines{"m a=1 7000"}));
  EXPECT_THROW(parser("influx_timestamp_precision = '1m'"), testing::failure);
}

TEST(InfluxParser, UpstreamsGrammarDiffers) {
  testing::plugin p(testing::descriptor<InfluxUpstreamParser>());
  EXPECT_EQ(p.parse_split(
                "m a=007i,b=1_000,c=0x1p4 1\nm\\,\\\\n,t=a\\b\\ c a=\"x\\n\\t\\z\" 2\nm\\=x a=t\n"),
            (lines{"m a=7i,b=1000,c=16 1", R"(m\,\\\\n,t=a\\b\ c a="x\n\t\\z" 2)",
                   R"(m\\=x a=t 1000000000000000000)"}));
  const std::uint64_t before = p.host().bad_count();
  EXPECT_EQ(
      p.parse(
          "m\ta=1 1\n\tm a=1\nm a=\"\xff\" 1\nm,\xc3=1 a=1\nm a=1 99999999999999999999\n#\ttab\n"),
      lines{});
  EXPECT_EQ(p.host().bad_count() - before, 6U);
  auto by_option = parser("influx_parser_type = 'upstream'");
  EXPECT_EQ(by_option.parse("m a=007i 1"), (lines{"m a=7i 1"}));
}

// Goal: a memo that finds no memory costs speed, not rows.
TEST(InfluxParser, WorksWithoutBudget) {
  auto p = parser();
  p.host().budget_limit(0);
  lines expected;
  std::string text;
  for (int i = 0; i < 300; ++i) {
    text += "m,t=" + std::to_string(i % 7) + " a=" + std::to_string(i) + " 1\n";
    expected.push_back("m,t=" + std::to_string(i % 7) + " a=" + std::to_string(i) + " 1");
  }
  EXPECT_EQ(p.parse(text), expected);
  EXPECT_EQ(p.parse_stream(text, 100), expected);
}

TEST(InfluxParser, GivesItsMemoryBack) {
  auto p = parser();
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "m,t=" + std::to_string(i) + " a=1 1\n";
  for (int i = 0; i < 3; ++i) p.parse(text);
  EXPECT_GT(p.host().charged_bytes(), 0);
  p.close();
}

// Goal: more field keys than the memo holds: it begins anew between two records, and no row is
// wrong.
TEST(InfluxParser, OutlivesFloodsOfFieldKeys) {
  auto p = parser();
  std::string text;
  lines expected;
  for (int i = 0; i < 200; ++i) {
    std::string row = "m,s=1 ";
    for (int k = 0; k < 600; ++k) row += "k" + std::to_string(i * 600 + k) + "=1i,";
    row.back() = ' ';
    expected.push_back(row + "1");
    text += row + "1\n";
  }
  EXPECT_EQ(p.parse(text), expected);
}

TEST(InfluxParser, GivesMemoryBackWhenNothingComes) {
  auto p = parser();
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "m,s=" + std::to_string(i % 5000) + " a=1i,b=2i 1\n";
  const lines first = p.parse(text);
  EXPECT_GT(p.host().charged_bytes(), 100'000);
  p.idle();
  EXPECT_EQ(p.host().charged_bytes(), 0);
  EXPECT_EQ(p.parse(text), first);
}

TEST(InfluxParser, ManyFieldsAndTags) {
  auto p = parser();
  std::string row = "m";
  for (int k = 10; k < 90; ++k) row += ",t" + std::to_string(k) + "=v";
  row += ' ';
  for (int k = 0; k < 3000; ++k) row += "f" + std::to_string(k) + "=" + std::to_string(k) + "i,";
  row.back() = ' ';
  row += '1';
  for (int i = 0; i < 4; ++i) EXPECT_EQ(p.parse(row), (lines{row}));
  std::string many = "m ";
  for (int k = 0; k < 65536; ++k) many += "f" + std::to_string(k) + "=1i,";
  many.back() = '\n';
  EXPECT_EQ(p.parse(many + "n a=1 1\n"), (lines{"n a=1 1"}));
  EXPECT_EQ(p.host().bad().back().reason, "more than 65535 fields");
}

TEST(InfluxParser, ModuleHasBothNames) {
  const weir_module* m = weir_module_v0();
  EXPECT_STREQ(m->plugins[0]->name, "influx");
  EXPECT_STREQ(m->plugins[1]->name, "influx_upstream");
  EXPECT_EQ(m->plugins[1]->flags & WEIR_CUTS_STREAM, unsigned{WEIR_CUTS_STREAM});
}

}  // namespace
}  // namespace weir::influx
