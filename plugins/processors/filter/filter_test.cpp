#include "plugins/processors/filter/filter.hpp"

#include <gtest/gtest.h>

#include <weir/testing/rowwise.hpp>

namespace weir::filter {
namespace {

using weir::testing::failure;
using weir::testing::failure_of;
using weir::testing::lines;
using weir::testing::plugin;
using weir::testing::process_rowwise;

struct Case {
  const char* what;
  const char* options;
  const char* kept;  // one digit for each of the rows
};

class FilterTest : public testing::TestWithParam<Case> {};

const lines rows{"cpu,dc=eu-west,host=a count=10i,usage_idle=98.5 1",
                 "cpu,dc=us-east,host=b count=-3i,usage_idle=12.75 2", "mem,host=a used=1024i 3",
                 "disk,device=sda1,host=c free=5i 4", "status count=200i,text=\"x\" 5"};

TEST_P(FilterTest, AnswersAsTelegrafDoes) {
  lines expected;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (GetParam().kept[r] == '1') expected.push_back(rows[r]);
  }
  EXPECT_EQ(process_rowwise(weir::testing::descriptor<Filter>(), GetParam().options, rows),
            expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, FilterTest,
    testing::Values(
        Case{"no_rules", "", "11111"}, Case{"no_rules_drop", "default = 'drop'", "00000"},
        Case{"action_is_drop", "[[rule]]\nname = ['mem']", "11011"},
        Case{"names_with_globs", "[[rule]]\nname = ['cpu', 'd*']\naction = 'drop'", "00101"},
        Case{"first_rule_wins",
             "[[rule]]\nname = ['cpu']\ntags = {'host' = ['b']}\naction = 'pass'\n"
             "[[rule]]\nname = ['cpu']\naction = 'drop'",
             "01111"},
        Case{"all_criteria_hold",
             "default = 'drop'\n[[rule]]\nname = ['cpu']\nfields = ['usage_*']\ntags = {'dc' = "
             "['us-*']}\n"
             "action = 'pass'",
             "01000"},
        Case{"all_tags_hold", "[[rule]]\ntags = {'host' = ['a', 'b'], 'dc' = ['us-*']}", "10111"},
        Case{"a_missing_tag_does_not_hold", "[[rule]]\ntags = {'dc' = ['*']}", "00111"},
        Case{"one_of_the_fields", "[[rule]]\nfields = ['used', 'text']", "11010"},
        Case{"field_glob", "default = 'drop'\n[[rule]]\nfields = ['[cf]*']\naction = 'pass'",
             "11011"},
        Case{"two_field_rules",
             "default = 'drop'\n[[rule]]\nfields = ['usage_idle']\ntags = {'host' = "
             "['b']}\n[[rule]]\n"
             "fields = ['count']\naction = 'pass'",
             "10001"},
        Case{"a_rule_without_criteria_applies", "[[rule]]\naction = 'drop'", "00000"},
        Case{"braces_alone_are_text", "[[rule]]\nname = ['{cpu,mem}']", "11111"}),
    [](const auto& test) { return test.param.what; });

failure refused(const char* options) {
  return failure_of([&] { plugin(weir::testing::descriptor<Filter>(), options); });
}

TEST(Filter, RefusesWhatCannotWork) {
  EXPECT_EQ(refused("default = 'keep'").path, "default");
  EXPECT_EQ(refused("[[rule]]\naction = 'pass'\n[[rule]]\naction = 'kill'").path, "rule[1].action");
  EXPECT_EQ(refused("[[rule]]\nname = ['[a']").path, "rule[0].name");
  EXPECT_EQ(refused("[[rule]]\nfields = ['[a']").path, "rule[0].fields");
  EXPECT_EQ(refused("[[rule]]\ntags = {'a' = ['[']}").path, "rule[0].tags.a");
  EXPECT_EQ(refused("[[rule]]\ntags = {'a' = []}").path, "rule[0].tags.a");
}

}  // namespace
}  // namespace weir::filter
