#include "core/plugin/option_check.hpp"

#include <gtest/gtest.h>

namespace weir::plugin {
namespace {

weir_opt option(const char* name, std::uint16_t type, const char* def = nullptr,
                std::uint16_t flags = 0) {
  weir_opt o{};
  o.size = sizeof o;
  o.name = name;
  o.type = type;
  o.flags = flags;
  o.def = def;
  return o;
}

std::string check(const weir_opt& o) { return check_option_list({&o}); }

struct DefaultCase {
  const char* what;
  std::uint16_t type, flags;
  const char* def;
  bool good;
};
class Default : public testing::TestWithParam<DefaultCase> {};

TEST_P(Default, HasToFitTheType) {
  const DefaultCase& c = GetParam();
  EXPECT_EQ(check(option("o", c.type, c.def, c.flags)).empty(), c.good)
      << check(option("o", c.type, c.def, c.flags));
}

INSTANTIATE_TEST_SUITE_P(
    All, Default,
    testing::Values(DefaultCase{"string", WEIR_C_STRING, 0, "\"a\"", true},
                    DefaultCase{"string_bare", WEIR_C_STRING, 0, "a", false},
                    DefaultCase{"string_number", WEIR_C_STRING, 0, "1", false},
                    DefaultCase{"none", WEIR_C_STRING, 0, nullptr, true},
                    DefaultCase{"integer", WEIR_C_INT, 0, "-5", true},
                    DefaultCase{"integer_float", WEIR_C_INT, 0, "1.5", false},
                    DefaultCase{"float", WEIR_C_FLOAT, 0, "1.5", true},
                    DefaultCase{"float_integer", WEIR_C_FLOAT, 0, "1", true},
                    DefaultCase{"boolean", WEIR_C_BOOL, 0, "true", true},
                    DefaultCase{"boolean_text", WEIR_C_BOOL, 0, "\"true\"", false},
                    DefaultCase{"duration", WEIR_C_DURATION, 0, "\"5s\"", true},
                    DefaultCase{"duration_bad", WEIR_C_DURATION, 0, "\"soon\"", false},
                    DefaultCase{"duration_number", WEIR_C_DURATION, 0, "5", true},
                    DefaultCase{"size", WEIR_C_SIZE, 0, "\"1MiB\"", true},
                    DefaultCase{"size_bad", WEIR_C_SIZE, 0, "\"big\"", false},
                    DefaultCase{"secret", WEIR_C_SECRET, 0, "\"\"", true},
                    DefaultCase{"any", WEIR_C_ANY, 0, "1", true},
                    DefaultCase{"any_list", WEIR_C_ANY, 0, "[1]", false},
                    DefaultCase{"list", WEIR_C_INT, WEIR_CF_LIST, "[1, 2]", true},
                    DefaultCase{"list_one", WEIR_C_INT, WEIR_CF_LIST, "1", false},
                    DefaultCase{"list_other", WEIR_C_INT, WEIR_CF_LIST, "[\"a\"]", false},
                    DefaultCase{"map", WEIR_C_STRING, WEIR_CF_MAP, "{a = \"b\"}", true},
                    DefaultCase{"map_other", WEIR_C_STRING, WEIR_CF_MAP, "{a = 1}", false},
                    DefaultCase{"map_of_lists", WEIR_C_INT, WEIR_CF_MAP | WEIR_CF_LIST, "{a = [1]}",
                                true},
                    DefaultCase{"unknown_type", 77, 0, nullptr, false},
                    DefaultCase{"no_type", 0, 0, nullptr, false}),
    [](const auto& test) { return test.param.what; });

TEST(OptionCheck, WantsProperNamesOnce) {
  const weir_opt a = option("a", WEIR_C_INT), again = option("a", WEIR_C_BOOL),
                 bad = option("a b", WEIR_C_INT);
  const weir_opt unnamed = option(nullptr, WEIR_C_INT);
  EXPECT_EQ(check_option_list({&a}), "");
  EXPECT_EQ(check_option_list({&a, &again}), "has a bad option: a stands twice");
  EXPECT_EQ(check_option_list({&bad}), "has a bad option: a b is not a proper name");
  EXPECT_EQ(check_option_list({&unnamed}), "has a bad option: ? has no name");
}

TEST(OptionCheck, CountsAliasesAsNames) {
  const char* const aliases[] = {"old", nullptr};
  weir_opt fresh = option("fresh", WEIR_C_INT);
  fresh.aliases = aliases;
  const weir_opt old = option("old", WEIR_C_INT);
  EXPECT_EQ(check_option_list({&fresh}), "");
  EXPECT_EQ(check_option_list({&fresh, &old}), "has a bad option: old stands twice");
}

TEST(OptionCheck, WantsChoicesOfAnEnumeration) {
  const char* const choices[] = {"red", "green"};
  weir_opt color = option("color", WEIR_C_ENUM, "\"red\"");
  EXPECT_NE(check(color), "");
  color.choices = choices;
  color.n_choices = 2;
  EXPECT_EQ(check(color), "");
  color.def = "\"blue\"";
  EXPECT_NE(check(color), "");
}

TEST(OptionCheck, LooksIntoTables) {
  const weir_opt children[] = {option("count", WEIR_C_INT, "\"three\"")};
  weir_opt table = option("rules", WEIR_C_TABLE, nullptr, WEIR_CF_LIST);
  EXPECT_EQ(check(table), "has a bad option: rules is a table without options of its own");
  table.children = children;
  table.n_children = 1;
  EXPECT_EQ(check(table),
            "has a bad option: rules.count has the default \"three\", which is of another type");
}

// Goal: a table that contains itself ends the check, not the agent.
TEST(OptionCheck, StopsAtTablesInThemselves) {
  weir_opt table = option("rules", WEIR_C_TABLE);
  table.children = &table;
  table.n_children = 1;
  EXPECT_TRUE(check(table).ends_with("is too deep"));
}

TEST(OptionCheck, KnowsItsSize) {
  weir_opt o = option("o", WEIR_C_INT);
  o.size = 8;
  EXPECT_NE(check(o), "");
}

}  // namespace
}  // namespace weir::plugin
