#include "plugins/processors/enum/enum.hpp"

#include <gtest/gtest.h>

#include <weir/testing/rowwise.hpp>

namespace weir::enum_processor {
namespace {

using weir::testing::failure_of;
using weir::testing::lines;
using weir::testing::plugin;
using weir::testing::process_rowwise;

// Goal: what Telegraf answers.
struct Case {
  const char* what;
  const char* options;
  lines expected;
};

class EnumTest : public testing::TestWithParam<Case> {};

const lines rows{"m,level=high,zone=a status=\"green\",code=200i,f=1.5,b=t,u=7u 1",
                 "m,level=low,zone=b status=\"red\",code=404i,f=2.5,b=f,u=8u 2",
                 "m,level=none status=\"unknown\",code=500i 3", "m,level=high,zone=a code=200i 4"};

TEST_P(EnumTest, AnswersAsTelegrafDoes) {
  EXPECT_EQ(process_rowwise(weir::testing::descriptor<Enum>(), GetParam().options, rows),
            GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, EnumTest,
    testing::Values(
        Case{
            "integers",
            "[[mapping]]\nfields = ['code']\n[mapping.value_mappings]\n200 = 'ok'\n404 = 'missing'",
            {"m,level=high,zone=a status=\"green\",code=\"ok\",f=1.5,b=t,u=7u 1",
             "m,level=low,zone=b status=\"red\",code=\"missing\",f=2.5,b=f,u=8u 2", rows[2],
             "m,level=high,zone=a code=\"ok\" 4"}},
        Case{"every_type",
             "[[mapping]]\nfields = ['*']\n[mapping.value_mappings]\n\"1.5\" = 1\ntrue = 2.5\n7 = "
             "false\nred = 'r'",
             {"m,level=high,zone=a status=\"green\",code=200i,f=1i,b=2.5,u=f 1",
              "m,level=low,zone=b status=\"r\",code=404i,f=2.5,b=f,u=8u 2", rows[2], rows[3]}},
        Case{"dest_and_default",
             "[[mapping]]\nfields = ['status']\ndest = 'n'\ndefault = "
             "0\n[mapping.value_mappings]\ngreen = "
             "1\nred = 3",
             {"m,level=high,zone=a status=\"green\",code=200i,f=1.5,b=t,u=7u,n=1i 1",
              "m,level=low,zone=b status=\"red\",code=404i,f=2.5,b=f,u=8u,n=3i 2",
              "m,level=none status=\"unknown\",code=500i,n=0i 3", rows[3]}},
        Case{"mappings_see_what_came",
             "[[mapping]]\nfields = ['status']\ndest = 'a'\n[mapping.value_mappings]\ngreen = 1\n"
             "[[mapping]]\nfields = ['a']\ndest = 'b'\n[mapping.value_mappings]\n1 = 'one'",
             {"m,level=high,zone=a status=\"green\",code=200i,f=1.5,b=t,u=7u,a=1i 1", rows[1],
              rows[2], rows[3]}},
        Case{"the_last_mapping_counts",
             "[[mapping]]\nfields = ['code']\n[mapping.value_mappings]\n200 = 1\n404 = 2\n"
             "[[mapping]]\nfields = ['c*']\n[mapping.value_mappings]\n200 = 9",
             {"m,level=high,zone=a status=\"green\",code=9i,f=1.5,b=t,u=7u 1",
              "m,level=low,zone=b status=\"red\",code=2i,f=2.5,b=f,u=8u 2", rows[2],
              "m,level=high,zone=a code=9i 4"}},
        Case{"tags",
             "[[mapping]]\ntags = ['*']\n[mapping.value_mappings]\nhigh = 'HH'\na = 7",
             {"m,level=HH,zone=7 status=\"green\",code=200i,f=1.5,b=t,u=7u 1", rows[1], rows[2],
              "m,level=HH,zone=7 code=200i 4"}},
        Case{"tag_dest_and_default",
             "[[mapping]]\ntags = ['level']\ndest = 'a'\ndefault = "
             "1e6\n[mapping.value_mappings]\nhigh = "
             "true",
             {"m,a=true,level=high,zone=a status=\"green\",code=200i,f=1.5,b=t,u=7u 1",
              "m,a=1e+06,level=low,zone=b status=\"red\",code=404i,f=2.5,b=f,u=8u 2",
              "m,a=1e+06,level=none status=\"unknown\",code=500i 3",
              "m,a=true,level=high,zone=a code=200i 4"}},
        Case{"tag_over_tag",
             "[[mapping]]\ntags = ['level']\ndest = 'zone'\n[mapping.value_mappings]\nhigh = 'h'",
             {"m,level=high,zone=h status=\"green\",code=200i,f=1.5,b=t,u=7u 1", rows[1], rows[2],
              "m,level=high,zone=h code=200i 4"}},
        Case{"old_options",
             "[[mapping]]\ntag = 'zone'\nfield = 'u'\n[mapping.value_mappings]\nb = 'B'\n7 = "
             "'seven'",
             {"m,level=high,zone=a status=\"green\",code=200i,f=1.5,b=t,u=\"seven\" 1",
              "m,level=low,zone=B status=\"red\",code=404i,f=2.5,b=f,u=8u 2", rows[2], rows[3]}},
        Case{"nothing", "[[mapping]]\ndefault = 1", rows}),
    [](const auto& test) { return test.param.what; });

TEST(Enum, FollowsBatchAfterBatch) {
  plugin p(weir::testing::descriptor<Enum>(),
           "[[mapping]]\ntags = ['t']\nfields = ['f']\n[mapping.value_mappings]\na = 'new'");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(p.process({"x y=1 1", "m,t=a f=\"a\" 2", "m,t=a f=\"b\" 3"}),
              (lines{"x y=1 1", "m,t=new f=\"new\" 2", "m,t=new f=\"b\" 3"}));
  }
}

TEST(Enum, RefusesWhatIsNoGlob) {
  const auto failure = failure_of([] {
    plugin(weir::testing::descriptor<Enum>(), "[[mapping]]\n[[mapping]]\nfields = ['[a']");
  });
  EXPECT_EQ(failure.path, "mapping[1].fields");
}

}  // namespace
}  // namespace weir::enum_processor
