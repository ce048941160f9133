#include <gtest/gtest.h>

#include "sdk/check/descriptor.hpp"

namespace weir::check {
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

// Only the default "bad" is wrong.
std::string check_default(const weir_opt& o) {
  return o.def == std::string_view("bad") ? "which is bad" : "";
}

std::string check(const std::vector<const weir_opt*>& options) {
  return check_options(options, check_default);
}
std::string check(const weir_opt& o) { return check({&o}); }

TEST(OptionCheck, WantsProperNamesOnce) {
  const weir_opt a = option("a", WEIR_C_INT), again = option("a", WEIR_C_BOOL),
                 bad = option("a b", WEIR_C_INT);
  const weir_opt unnamed = option(nullptr, WEIR_C_INT);
  EXPECT_EQ(check({&a}), "");
  EXPECT_EQ(check({&a, &again}), "has a bad option: a stands twice");
  EXPECT_EQ(check({&bad}), "has a bad option: a b is not a proper name");
  EXPECT_EQ(check({&unnamed}), "has a bad option: ? has no name");
}

TEST(OptionCheck, CountsAliasesAsNames) {
  const char* const aliases[] = {"old", nullptr};
  weir_opt fresh = option("fresh", WEIR_C_INT);
  fresh.aliases = aliases;
  const weir_opt old = option("old", WEIR_C_INT);
  EXPECT_EQ(check({&fresh}), "");
  EXPECT_EQ(check({&fresh, &old}), "has a bad option: old stands twice");
}

TEST(OptionCheck, WantsChoicesOfAnEnumeration) {
  const char* const choices[] = {"red", "green"};
  weir_opt color = option("color", WEIR_C_ENUM, "\"red\"");
  EXPECT_NE(check(color), "");
  color.choices = choices;
  color.n_choices = 2;
  EXPECT_EQ(check(color), "");
}

TEST(OptionCheck, WantsKnownTypesAndGoodDefaults) {
  EXPECT_EQ(check(option("o", WEIR_C_ANY, "1")), "");
  EXPECT_EQ(check(option("o", 77)), "has a bad option: o is of the unknown type 77");
  EXPECT_EQ(check(option("o", 0)), "has a bad option: o is of the unknown type 0");
  EXPECT_EQ(check(option("o", WEIR_C_INT, "bad")),
            "has a bad option: o has the default bad, which is bad");
}

TEST(OptionCheck, LooksIntoTables) {
  const weir_opt children[] = {option("count", WEIR_C_INT, "bad")};
  weir_opt table = option("rules", WEIR_C_TABLE, nullptr, WEIR_CF_LIST);
  EXPECT_EQ(check(table), "has a bad option: rules is a table without options of its own");
  table.children = children;
  table.n_children = 1;
  EXPECT_EQ(check(table), "has a bad option: rules.count has the default bad, which is bad");
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
}  // namespace weir::check
