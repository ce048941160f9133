#include "core/base/glob.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

// Goal: every form of the pattern language, with and without separators.
struct GlobCase {
  const char* what;
  const char* pattern;
  const char* separators;
  const char* text;
  bool matches;
};

class GlobMatch : public testing::TestWithParam<GlobCase> {};

TEST_P(GlobMatch, DecidesAsTelegrafDoes) {
  const auto glob = Glob::compile(GetParam().pattern, GetParam().separators);
  ASSERT_TRUE(glob.ok()) << glob.error().message;
  EXPECT_EQ(glob.value().matches(GetParam().text), GetParam().matches);
}

INSTANTIATE_TEST_SUITE_P(
    All, GlobMatch,
    testing::Values(GlobCase{"literal", "cpu", "", "cpu", true},
                    GlobCase{"literal_other", "cpu", "", "cpus", false},
                    GlobCase{"empty_empty", "", "", "", true},
                    GlobCase{"empty_text", "", "", "a", false},
                    GlobCase{"star_all", "*", "", "any.thing", true},
                    GlobCase{"star_empty", "*", "", "", true},
                    GlobCase{"prefix", "net*", "", "net_io", true},
                    GlobCase{"prefix_no", "net*", "", "ne", false},
                    GlobCase{"suffix", "*_io", "", "net_io", true},
                    GlobCase{"middle", "n*o", "", "net_io", true},
                    GlobCase{"no_overlap", "aba*ba", "", "aba", false},
                    GlobCase{"two_stars", "*e*i*", "", "net_io", true},
                    GlobCase{"two_stars_no", "*i*e*", "", "net_io", false},
                    GlobCase{"question", "cp?", "", "cpu", true},
                    GlobCase{"question_needs_one", "cpu?", "", "cpu", false},
                    GlobCase{"question_utf8", "a?c", "",
                             "a\xc3\xa9"
                             "c",
                             true},
                    GlobCase{"question_bad_utf8", "a?c", "",
                             "a\xff"
                             "c",
                             true},
                    GlobCase{"class", "[cm]*", "", "mem", true},
                    GlobCase{"class_no", "[cm]*", "", "disk", false},
                    GlobCase{"class_range", "[a-c]pu", "", "cpu", true},
                    GlobCase{"class_range_no", "[a-b]pu", "", "cpu", false},
                    GlobCase{"class_not", "[!c]*", "", "mem", true},
                    GlobCase{"class_not_no", "[!c]*", "", "cpu", false},
                    GlobCase{"class_mixed", "[a-cx]1", "", "x1", true},
                    GlobCase{"class_escaped", "[\\]]", "", "]", true},
                    GlobCase{"class_minus_last", "[a-]", "", "-", true},
                    GlobCase{"class_utf8", "[\xc3\xa9]", "", "\xc3\xa9", true},
                    GlobCase{"braces", "{cpu,mem}*", "", "mem", true},
                    GlobCase{"braces_no", "{cpu,mem}*", "", "disk", false},
                    GlobCase{"braces_nested", "{a{b,c},d}e", "", "ace", true},
                    GlobCase{"braces_glob", "{a*,b?}c", "", "bxc", true},
                    GlobCase{"braces_empty", "a{,b}c", "", "ac", true},
                    GlobCase{"comma_outside", "a,b*", "", "a,bc", true},
                    GlobCase{"closing_outside", "a}*", "", "a}x", true},
                    GlobCase{"escape", "net\\.io*", "", "net.io.v6", true},
                    GlobCase{"escaped_star", "cpu\\*", "", "cpu*", true},
                    GlobCase{"escaped_star_no", "cpu\\*", "", "cpux", false},
                    GlobCase{"separator_stops", "*.*", ".", "net.io.v6", false},
                    GlobCase{"separator_one", "*.*", ".", "cpu.load", true},
                    GlobCase{"separator_question", "a?b", ".", "a.b", false},
                    GlobCase{"double_star_crosses", "net.**", ".", "net.io.v6", true},
                    GlobCase{"prefix_stops", "net*", ".", "net.io", false},
                    GlobCase{"class_crosses", "a[.]b", ".", "a.b", true}),
    [](const auto& test) { return test.param.what; });

// Goal: no pattern makes matching slow; a backtracking matcher would not end here.
TEST(Glob, TakesLinearTime) {
  const auto glob = Glob::compile(std::string("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a?b"));
  ASSERT_TRUE(glob.ok());
  EXPECT_FALSE(glob.value().matches(std::string(4000, 'a')));
}

class BadGlob : public testing::TestWithParam<const char*> {};

TEST_P(BadGlob, IsRefusedWithThePattern) {
  const auto glob = Glob::compile(GetParam());
  ASSERT_FALSE(glob.ok());
  EXPECT_EQ(glob.error().kind, ErrorKind::bad_config);
  EXPECT_NE(glob.error().message.find(GetParam()), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, BadGlob, testing::Values("[ab", "a[]", "{a,b", "a\\", "[!", "{{"));

TEST(Glob, RefusesMonsters) {
  EXPECT_FALSE(Glob::compile(std::string(Glob::pattern_bytes_max + 1, 'a')).ok());
  EXPECT_FALSE(Glob::compile(std::string(1000, '{')).ok());
}

PatternList list_of(const std::vector<std::string>& patterns, std::string_view separators = {}) {
  auto list = PatternList::compile(patterns, separators);
  EXPECT_TRUE(list.ok());
  return std::move(list).value();
}

TEST(PatternList, WithoutStarQuestionOrBracketIsExact) {
  const PatternList list = list_of({"{cpu,mem}", "net\\.io"});
  EXPECT_FALSE(list.matches("cpu"));
  EXPECT_TRUE(list.matches("{cpu,mem}"));
  EXPECT_TRUE(list.matches("net\\.io"));
}

TEST(PatternList, OneGlobMakesAllOfThemGlobs) {
  const PatternList list = list_of({"{cpu,mem}", "disk*"});
  EXPECT_TRUE(list.matches("mem"));
  EXPECT_TRUE(list.matches("diskio"));
  EXPECT_FALSE(list.matches("{cpu,mem}"));
}

TEST(PatternList, ComparesLetterCase) { EXPECT_FALSE(list_of({"CPU", "Mem"}).matches("cpu")); }

TEST(PatternList, EmptyMatchesNothing) {
  EXPECT_TRUE(PatternList().empty());
  EXPECT_FALSE(PatternList().matches(""));
  EXPECT_FALSE(list_of({}).matches("a"));
}

TEST(PatternList, PassesSeparatorsOn) {
  const PatternList list = list_of({"*.*"}, ".");
  EXPECT_TRUE(list.matches("cpu.load"));
  EXPECT_FALSE(list.matches("net.io.v6"));
}

TEST(PatternList, RefusesABadGlob) { EXPECT_FALSE(PatternList::compile({"ok*", "[bad"}).ok()); }

}  // namespace
}  // namespace weir
