#include "core/config/environment.hpp"

#include <map>

#include <gtest/gtest.h>

#include "core/config/mapped_text.hpp"

namespace weir::config {
namespace {

std::optional<std::string> look_up(const std::string& name) {
  static const std::map<std::string, std::string> values{{"SET", "set"},      {"EMPTY", ""},
                                                         {"OUTER", "$INNER"}, {"INNER", "x"},
                                                         {"_a1", "under"},    {"QUOTED", "\"q\""}};
  const auto found = values.find(name);
  if (found == values.end()) return std::nullopt;
  return found->second;
}
const Environment environment = look_up;

// Goal: every form of a variable, and what only looks like one.
struct ExpandCase {
  const char *what, *text, *expected;
};

class Expand : public testing::TestWithParam<ExpandCase> {};

TEST_P(Expand, Gives) {
  const Expansion expansion = expand(GetParam().text, {environment});
  EXPECT_EQ(expansion.text, GetParam().expected);
  EXPECT_EQ(expansion.error, "");
}

INSTANTIATE_TEST_SUITE_P(
    All, Expand,
    testing::Values(
        ExpandCase{"nothing", "plain text", "plain text"},
        ExpandCase{"named", "a $SET b", "a set b"}, ExpandCase{"braced", "a${SET}b", "asetb"},
        ExpandCase{"twice", "$SET/$SET", "set/set"}, ExpandCase{"underscore", "$_a1", "under"},
        ExpandCase{"longer_name", "$SETX", "$SETX"}, ExpandCase{"ends_at_dot", "$SET.x", "set.x"},
        ExpandCase{"unset_named", "$NOPE", "$NOPE"},
        ExpandCase{"unset_braced", "${NOPE}", "${NOPE}"}, ExpandCase{"empty", "[${EMPTY}]", "[]"},
        ExpandCase{"group_reference", "${1}", "${1}"}, ExpandCase{"digit", "$1", "$1"},
        ExpandCase{"dollar_dollar", "pa$$word", "pa$word"},
        ExpandCase{"escaped_name", "$$SET", "$SET"}, ExpandCase{"last_dollar", "a$", "a$"},
        ExpandCase{"open_brace", "${SET", "${SET"}, ExpandCase{"no_name", "${}", "${}"},
        ExpandCase{"space_in_braces", "${ SET }", "${ SET }"},
        ExpandCase{"default_unset", "${NOPE:-d}", "d"},
        ExpandCase{"default_empty", "${EMPTY:-d}", "d"},
        ExpandCase{"default_set", "${SET:-d}", "set"},
        ExpandCase{"plain_default_unset", "${NOPE-d}", "d"},
        ExpandCase{"plain_default_empty", "${EMPTY-d}", ""},
        ExpandCase{"empty_default", "[${NOPE:-}]", "[]"},
        ExpandCase{"default_with_colon", "${NOPE:-a:b-c}", "a:b-c"},
        ExpandCase{"other_set", "${SET:+o}", "o"}, ExpandCase{"other_unset", "${NOPE:+o}", ""},
        ExpandCase{"other_empty", "${EMPTY:+o}", ""},
        ExpandCase{"plain_other_empty", "${EMPTY+o}", "o"},
        ExpandCase{"plain_other_unset", "${NOPE+o}", ""},
        ExpandCase{"required_set", "${SET:?why}", "set"},
        ExpandCase{"plain_required_empty", "${EMPTY?why}", ""},
        ExpandCase{"nested", "${NOPE:-${SET}}", "set"},
        ExpandCase{"nested_twice", "${NOPE:-${NOPE:-x}}y", "xy"},
        ExpandCase{"nested_unset_is_empty", "[${NOPE:-${NOPE}}]", "[]"},
        ExpandCase{"two_in_a_line", "${NOPE:-a}-${NOPE:-b}", "a-b"},
        ExpandCase{"not_expanded_again", "$OUTER", "$INNER"},
        ExpandCase{"not_over_lines", "${NOPE:-a\nb}", "${NOPE:-a\nb}"}),
    [](const auto& test) { return test.param.what; });

TEST(ExpandErrors, NameTheVariableAndTheReason) {
  EXPECT_EQ(expand("a ${NOPE:?it is needed}", {environment}).error,
            "the environment variable \"NOPE\" must be set: it is needed");
  EXPECT_EQ(expand("${EMPTY:?}", {environment}).error,
            "the environment variable \"EMPTY\" must be set");
  EXPECT_NE(expand("${NOPE:-${NOPE?deep}}", {environment}).error, "");
  const Expansion expansion = expand("12${NOPE?x}", {environment});
  EXPECT_EQ(expansion.error_offset, 2U);
  EXPECT_EQ(expansion.error_length, 9U);
  EXPECT_EQ(expand("12${NOPE?}", {environment}).error_offset, 2U);
}

TEST(ExpandRules, OldBehaviourHasNoDollarEscape) {
  EXPECT_EQ(expand("pa$$SET", {environment, false}).text, "pa$set");
  EXPECT_EQ(expand("pa$$word", {environment, false}).text, "pa$$word");
}

TEST(ExpandRules, WithoutEnvironmentNothingIsSet) {
  const Environment none;
  EXPECT_EQ(expand("$SET ${SET:-d}", {none}).text, "$SET d");
}

TEST(ExpandRules, DeepNestingEnds) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "${NOPE:-";
  EXPECT_EQ(expand(text + std::string(5000, '}'), {environment}).error, "");
}

TEST(ExpandFile, LeavesCommentsAlone) {
  EXPECT_EQ(expand_file("a = $SET # $SET\n# ${NOPE:?no}\nb = \"#$SET\"\n", {environment}).text,
            "a = set # $SET\n# ${NOPE:?no}\nb = \"#set\"\n");
}

TEST(ExpandFile, KnowsWhatStoodWhere) {
  const std::string text = "a = $SET\nb = [$QUOTED, 1]\n";
  const MappedText map(0, 0, expand_file(text, {environment}));
  ASSERT_EQ(map.text(), "a = set\nb = [\"q\", 1]\n");
  const auto original = [&](std::string_view piece) {
    const std::size_t at = map.text().find(piece);
    const At place = map.at(at, piece.size());
    return text.substr(place.offset, place.length);
  };
  EXPECT_EQ(original("set"), "$SET");
  EXPECT_EQ(original("\"q\""), "$QUOTED");
  EXPECT_EQ(original("1"), "1");
  EXPECT_EQ(original("b = "), "b = ");
  EXPECT_TRUE(map.replaced(map.text().find("set"), 3));
  EXPECT_FALSE(map.replaced(map.text().find("1]"), 1));
}

}  // namespace
}  // namespace weir::config
