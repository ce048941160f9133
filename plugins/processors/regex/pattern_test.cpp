#include "plugins/processors/regex/pattern.hpp"

#include <gtest/gtest.h>

#include <weir/error.hpp>

namespace weir::regex {
namespace {

// Goal: what Go's ReplaceAllString answers. no_match: MatchString is false.
constexpr const char* no_match = "(no match)";
struct Case {
  const char* what;
  const char* pattern;
  const char* replacement;
  const char* text;
  const char* expected;
};

class ReplaceTest : public testing::TestWithParam<Case> {};

TEST_P(ReplaceTest, AnswersAsGoDoes) {
  std::string out;
  const Pattern pattern(GetParam().pattern, GetParam().replacement, "pattern");
  const bool any = pattern.replace(GetParam().text, out);
  EXPECT_EQ(any ? out : no_match, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, ReplaceTest,
    testing::Values(Case{"none", "x", "y", "abc", no_match},
                    Case{"all", "[aeiou]", "*", "/api/search", "/*p*/s**rch"},
                    Case{"group", "^(\\d).*$", "-${1}", "200", "-2"},
                    Case{"group_without_braces", "^(\\d)\\d\\d$", "$1", "200", "2"},
                    Case{"group_whose_name_goes_on", "(\\w+)-(\\d+)", "$2_$1 ${2}_${1} $$", "id-42",
                         "id 42_id $"},
                    Case{"whole_match", "\\p{L}+", "<$0>", "héllo 123 日本", "<héllo> 123 <日本>"},
                    Case{"named", "^/api(?P<method>/[\\w/]+)\\S*", "${method}", "/api/search/?q",
                         "/search/"},
                    Case{"named_without_p", "^/api(?<method>/[\\w/]+)\\S*", "$method",
                         "/api/search/?q", "/search/"},
                    Case{"unknown_name", "a", "<$x>", "a", "<>"},
                    Case{"unknown_number", "a", "<$3>", "a", "<>"},
                    Case{"leading_zero_is_a_name", "(a)", "<$01>", "a", "<>"},
                    Case{"group_that_took_no_part", "(a)|(b)", "<$1$2>", "ab", "<a><b>"},
                    Case{"lone_dollar", "a", "$ $- ${", "a", "$ $- ${"},
                    Case{"open_brace", "(a)", "${1", "a", "${1"},
                    Case{"dollar_in_braces", "(a)", "${1$}", "a", "${1$}"},
                    Case{"empty_replacement", "a", "", "bab", "bb"},
                    Case{"empty_pattern", "", "-", "aé", "-a-é-"},
                    Case{"empty_matches", "a*", "x", "baac", "xbxcx"},
                    Case{"empty_text", "^$", "x", "", "x"},
                    Case{"anchors_hold_once", "^a", "x", "aaa", "xaa"},
                    Case{"word_border", "\\bb", "x", "b ab b", "x ab x"},
                    Case{"ignoring_case", "(?i)^get$", "G", "GET", "G"},
                    Case{"leftmost_first", "a|ab", "x", "ab", "xb"},
                    Case{"quoted", "\\Q(?<x>\\E", "y", "(?<x>", "y"},
                    Case{"bracket_in_class", "[(]?<x>", "y", "(<x>", "y"}),
    [](const auto& test) { return test.param.what; });

TEST(Pattern, KnowsGroupsByName) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(Pattern("(?P<b>x)(?P<a>y)?", "", "o").group_names(), (Names{"b", "a"}));
  EXPECT_EQ(Pattern("(?P<b>x)(y)", "", "o").group_names(), Names{});
  EXPECT_EQ(Pattern("(?:x)", "", "o").group_names(), Names{});
  Names found;
  EXPECT_TRUE(Pattern("(?P<b>x)(?P<a>y)?", "", "o").groups("-x-", found));
  EXPECT_EQ(found, (Names{"x", ""}));
  EXPECT_FALSE(Pattern("(?P<b>x)", "", "o").groups("-", found));
}

class BadPattern : public testing::TestWithParam<const char*> {};

TEST_P(BadPattern, IsRefusedWithTheOption) {
  try {
    const Pattern made(GetParam(), "", "tags[0].pattern");
    FAIL() << "taken";
  } catch (const config_error& e) {
    EXPECT_EQ(e.path(), "tags[0].pattern");
    EXPECT_NE(std::string(e.what()).find(GetParam()), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(All, BadPattern,
                         testing::Values("(", "(a)\\1", "[a", "*", "(?=a)", "(?<=a)b", "(?P<a",
                                         "a{2000}", "\\"));

}  // namespace
}  // namespace weir::regex
