#include "plugins/processors/rename/rename.hpp"

#include <gtest/gtest.h>

#include <weir/testing/rowwise.hpp>

namespace weir::rename {
namespace {

using weir::testing::lines;
using weir::testing::plugin;
using weir::testing::process_rowwise;

// Goal: what Telegraf answers to the same rules.
struct Case {
  const char* what;
  const char* options;
  lines expected;
};

class RenameTest : public testing::TestWithParam<Case> {};

const lines rows{"cpu,cpu=cpu0,host=a idle=98.5,user=1.25,n=10i 1", "mem,host=b used=7u 2",
                 "status,level=warn code=200i,state=\"OK\" 3"};

TEST_P(RenameTest, AnswersAsTelegrafDoes) {
  EXPECT_EQ(process_rowwise(weir::testing::descriptor<Rename>(), GetParam().options, rows),
            GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, RenameTest,
    testing::Values(
        Case{"metric",
             "[[replace]]\nmeasurement = 'mem'\ndest = 'memory'",
             {rows[0], "memory,host=b used=7u 2", rows[2]}},
        Case{"metrics_in_a_chain",
             "[[replace]]\nmeasurement = 'mem'\ndest = 'm'\n[[replace]]\nmeasurement = 'm'\ndest = "
             "'n'",
             {rows[0], "n,host=b used=7u 2", rows[2]}},
        Case{"tag",
             "[[replace]]\ntag = 'host'\ndest = 'a_host'",
             {"cpu,a_host=a,cpu=cpu0 idle=98.5,user=1.25,n=10i 1", "mem,a_host=b used=7u 2",
              rows[2]}},
        Case{"tag_over_another",
             "[[replace]]\ntag = 'host'\ndest = 'cpu'",
             {"cpu,cpu=a idle=98.5,user=1.25,n=10i 1", "mem,cpu=b used=7u 2", rows[2]}},
        Case{"fields_in_a_chain",
             "[[replace]]\nfield = 'n'\ndest = 'o'\n[[replace]]\nfield = 'o'\ndest = 'p'",
             {"cpu,cpu=cpu0,host=a idle=98.5,user=1.25,p=10i 1", rows[1], rows[2]}},
        Case{"field_over_another",
             "[[replace]]\nfield = 'idle'\ndest = 'user'",
             {"cpu,cpu=cpu0,host=a user=98.5,n=10i 1", rows[1], rows[2]}},
        Case{"only_the_first_of_a_rule",
             "[[replace]]\nmeasurement = 'status'\ntag = 'level'\nfield = 'code'\ndest = 'same'",
             {rows[0], rows[1], "same,level=warn code=200i,state=\"OK\" 3"}},
        Case{"no_globs",
             "[[replace]]\nmeasurement = 'c*'\ndest = 'x'\n[[replace]]\nfield = 'u*'\ndest = 'y'",
             rows},
        Case{"no_dest",
             "[[replace]]\nfield = 'n'\n[[replace]]\ntag = 'host'\ndest = 'h'",
             {"cpu,cpu=cpu0,h=a idle=98.5,user=1.25,n=10i 1", "mem,h=b used=7u 2", rows[2]}},
        Case{"no_rules", "", rows}),
    [](const auto& test) { return test.param.what; });

TEST(Rename, SaysThatARuleWithoutDestDoesNothing) {
  plugin p(weir::testing::descriptor<Rename>(), "[[replace]]\nfield = 'n'");
  EXPECT_TRUE(p.host().logged_text("replace[0] has no dest", WEIR_LOG_WARN));
}

}  // namespace
}  // namespace weir::rename
