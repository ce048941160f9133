#include "plugins/processors/override/override.hpp"

#include <gtest/gtest.h>

#include <weir/testing/rowwise.hpp>

namespace weir::overriding {
namespace {

using weir::testing::lines;
using weir::testing::process_rowwise;

struct Case {
  const char* what;
  const char* options;
  lines expected;
};

class OverrideTest : public testing::TestWithParam<Case> {};

const lines rows{"cpu,dc=eu,host=a idle=98.5 1", "cpu,dc=us,host=b idle=12.75 2", "mem used=7u 3"};

TEST_P(OverrideTest, AnswersAsTelegrafDoes) {
  EXPECT_EQ(process_rowwise(weir::testing::descriptor<Override>(), GetParam().options, rows),
            GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, OverrideTest,
    testing::Values(Case{"all_names",
                         "name_override = 'n'\nname_prefix = 'p.'\nname_suffix = '.s'",
                         {"p.n.s,dc=eu,host=a idle=98.5 1", "p.n.s,dc=us,host=b idle=12.75 2",
                          "p.n.s used=7u 3"}},
                    Case{"prefix",
                         "name_prefix = 'p.'",
                         {"p.cpu,dc=eu,host=a idle=98.5 1", "p.cpu,dc=us,host=b idle=12.75 2",
                          "p.mem used=7u 3"}},
                    Case{"suffix",
                         "name_suffix = '_x'",
                         {"cpu_x,dc=eu,host=a idle=98.5 1", "cpu_x,dc=us,host=b idle=12.75 2",
                          "mem_x used=7u 3"}},
                    Case{"tags",
                         "[tags]\nhost = 'forced'\nextra = '1'",
                         {"cpu,dc=eu,extra=1,host=forced idle=98.5 1",
                          "cpu,dc=us,extra=1,host=forced idle=12.75 2",
                          "mem,extra=1,host=forced used=7u 3"}},
                    Case{"empty_tag",
                         "[tags]\ne = ''",
                         {"cpu,dc=eu,e=,host=a idle=98.5 1", "cpu,dc=us,e=,host=b idle=12.75 2",
                          "mem,e= used=7u 3"}},
                    Case{"nothing", "", rows}),
    [](const auto& test) { return test.param.what; });

}  // namespace
}  // namespace weir::overriding
