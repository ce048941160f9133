#include "plugins/processors/regex/regex.hpp"

#include <gtest/gtest.h>

#include <weir/testing/rowwise.hpp>

namespace weir::regex {
namespace {

using weir::testing::failure;
using weir::testing::failure_of;
using weir::testing::lines;
using weir::testing::plugin;
using weir::testing::process_rowwise;

// Goal: what Telegraf answers. Empty expected rows: as they were.
struct Case {
  const char* what;
  const char* options;
  const char* first;
  const char* second;
};

class RegexTest : public testing::TestWithParam<Case> {};

const lines rows{R"(nginx,code=200,s_used=x,verb=GET url="/api/s/?category=p&q",id="id-42",v=1i 1)",
                 R"(nginx,code=404,verb=POST url="/other",id="x",s_fooed=2 2)"};

TEST_P(RegexTest, AnswersAsTelegrafDoes) {
  const std::string first = GetParam().first;
  const std::string second = GetParam().second;
  const lines expected{first.empty() ? rows[0] : first, second.empty() ? rows[1] : second};
  EXPECT_EQ(process_rowwise(weir::testing::descriptor<Regex>(), GetParam().options, rows),
            expected);
}

INSTANTIATE_TEST_SUITE_P(
    Tags, RegexTest,
    testing::Values(
        Case{"in_place", "[[tags]]\nkey = 'verb'\npattern = '(?i)^get$'\nreplacement = 'G'",
             R"(nginx,code=200,s_used=x,verb=G url="/api/s/?category=p&q",id="id-42",v=1i 1)", ""},
        Case{"glob", "[[tags]]\nkey = '*'\npattern = '[a-zA-Z]'\nreplacement = '#'",
             R"(nginx,code=200,s_used=#,verb=### url="/api/s/?category=p&q",id="id-42",v=1i 1)",
             R"(nginx,code=404,verb=#### url="/other",id="x",s_fooed=2 2)"},
        Case{"append_to_another",
             "[[tags]]\nkey = 'code'\npattern = '^(\\d).*$'\nreplacement = '-${1}'\nresult_key = "
             "'verb'\nappend = true",
             R"(nginx,code=200,s_used=x,verb=GET-2 url="/api/s/?category=p&q",id="id-42",v=1i 1)",
             R"(nginx,code=404,verb=POST-4 url="/other",id="x",s_fooed=2 2)"},
        Case{"append_to_itself",
             "[[tags]]\nkey = 'verb'\npattern = '^G.*'\nreplacement = '-${0}'\nappend = true",
             R"(nginx,code=200,s_used=x,verb=GET-GET url="/api/s/?category=p&q",id="id-42",v=1i 1)",
             ""},
        Case{
            "new_tag",
            "[[tags]]\nkey = 'code'\npattern = '^2.*'\nreplacement = 'ok'\nresult_key = 'a'",
            R"(nginx,a=ok,code=200,s_used=x,verb=GET url="/api/s/?category=p&q",id="id-42",v=1i 1)",
            ""},
        Case{
            "groups",
            "[[tags]]\nkey = 'code'\npattern = '^(?P<class>\\d)(?P<rest>\\d*?)(?P<verb>4)?$'",
            R"(nginx,class=2,code=200,rest=00,s_used=x,verb=GET url="/api/s/?category=p&q",id="id-42",v=1i 1)",
            R"(nginx,class=4,code=404,rest=0,verb=4 url="/other",id="x",s_fooed=2 2)"},
        Case{"rules_in_their_order",
             "[[tags]]\nkey = 'verb'\npattern = 'GET'\nreplacement = 'POST'\n[[tags]]\nkey = "
             "'verb'\npattern = 'POST'\nreplacement = 'P'",
             R"(nginx,code=200,s_used=x,verb=P url="/api/s/?category=p&q",id="id-42",v=1i 1)",
             R"(nginx,code=404,verb=P url="/other",id="x",s_fooed=2 2)"},
        Case{"no_match", "[[tags]]\nkey = 'verb'\npattern = 'PUT'\nreplacement = 'P'", "", ""}),
    [](const auto& test) { return test.param.what; });

INSTANTIATE_TEST_SUITE_P(
    Fields, RegexTest,
    testing::Values(
        Case{"overwrite",
             "[[fields]]\nkey = 'url'\npattern = '.*category=(\\w+).*'\nreplacement = '$1'",
             R"(nginx,code=200,s_used=x,verb=GET url="p",id="id-42",v=1i 1)", ""},
        Case{
            "new_field",
            "[[fields]]\nkey = 'id'\npattern = '^id-(\\d+)$'\nreplacement = '${1}'\nresult_key = "
            "'number'",
            R"(nginx,code=200,s_used=x,verb=GET url="/api/s/?category=p&q",id="id-42",v=1i,number="42" 1)",
            ""},
        Case{"over_another_type",
             "[[fields]]\nkey = 'id'\npattern = '.*'\nreplacement = 'y'\nresult_key = 'v'",
             R"(nginx,code=200,s_used=x,verb=GET url="/api/s/?category=p&q",id="id-42",v="y" 1)",
             R"(nginx,code=404,verb=POST url="/other",id="x",s_fooed=2,v="y" 2)"},
        Case{"glob_takes_strings_alone",
             "[[fields]]\nkey = '*'\npattern = '^.*$'\nreplacement = 's'",
             R"(nginx,code=200,s_used=x,verb=GET url="s",id="s",v=1i 1)",
             R"(nginx,code=404,verb=POST url="s",id="s",s_fooed=2 2)"},
        Case{
            "field_groups",
            "[[fields]]\nkey = 'url'\npattern = "
            "'^/api/(?P<method>\\w+)[/?].*category=(?P<category>\\w+)&(?:.*)'",
            R"(nginx,code=200,s_used=x,verb=GET url="/api/s/?category=p&q",id="id-42",v=1i,method="s",category="p" 1)",
            ""}),
    [](const auto& test) { return test.param.what; });

INSTANTIATE_TEST_SUITE_P(
    Names, RegexTest,
    testing::Values(
        Case{"tag_keep",
             "[[tag_rename]]\npattern = '^code$'\nreplacement = 'verb'\nresult_key = 'keep'", "",
             ""},
        Case{"tag_overwrite",
             "[[tag_rename]]\npattern = '^code$'\nreplacement = 'verb'\nresult_key = 'overwrite'",
             R"(nginx,s_used=x,verb=200 url="/api/s/?category=p&q",id="id-42",v=1i 1)",
             R"(nginx,verb=404 url="/other",id="x",s_fooed=2 2)"},
        Case{"tag_free", "[[tag_rename]]\npattern = '^(s_)(\\w+)d$'\nreplacement = 'a_${2}'",
             R"(nginx,a_use=x,code=200,verb=GET url="/api/s/?category=p&q",id="id-42",v=1i 1)", ""},
        Case{"field_free", "[[field_rename]]\npattern = '^s_(\\w+)d$'\nreplacement = '${1}'", "",
             R"(nginx,code=404,verb=POST url="/other",id="x",fooe=2 2)"},
        Case{"fields_to_one_name",
             "[[field_rename]]\npattern = '^.*$'\nreplacement = 'all'\nresult_key = 'overwrite'",
             R"(nginx,code=200,s_used=x,verb=GET all=1i 1)", R"(nginx,code=404,verb=POST all=2 2)"},
        Case{"fields_keep_the_first", "[[field_rename]]\npattern = '^.*$'\nreplacement = 'all'",
             R"(nginx,code=200,s_used=x,verb=GET all="/api/s/?category=p&q",id="id-42",v=1i 1)",
             R"(nginx,code=404,verb=POST all="/other",id="x",s_fooed=2 2)"},
        Case{"field_rules_in_their_order",
             "[[field_rename]]\npattern = 'v'\nreplacement = 'id'\n[[field_rename]]\npattern = "
             "'id'\nreplacement = 'c'",
             R"(nginx,code=200,s_used=x,verb=GET url="/api/s/?category=p&q",c="id-42",v=1i 1)",
             R"(nginx,code=404,verb=POST url="/other",c="x",s_fooed=2 2)"},
        Case{"metric", "[[metric_rename]]\npattern = '^(n)(\\w)'\nreplacement = '${2}${1}'",
             R"(gninx,code=200,s_used=x,verb=GET url="/api/s/?category=p&q",id="id-42",v=1i 1)",
             R"(gninx,code=404,verb=POST url="/other",id="x",s_fooed=2 2)"},
        Case{"unchanged_name_stays",
             "[[tag_rename]]\npattern = '^verb$'\nreplacement = 'verb'\nresult_key = 'overwrite'",
             "", ""}),
    [](const auto& test) { return test.param.what; });

failure refused(const char* options) {
  return failure_of([&] { plugin(weir::testing::descriptor<Regex>(), options); });
}

TEST(Regex, RefusesWhatCannotWork) {
  EXPECT_EQ(refused("[[tags]]\nkey = 'a'\npattern = '('").path, "tags[0].pattern");
  EXPECT_EQ(refused("[[tags]]\nkey = 'a'\npattern = 'x'\n[[tags]]\npattern = 'x'").path,
            "tags[1].key");
  EXPECT_EQ(refused("[[fields]]\nkey = '['\npattern = 'x'").path, "fields[0].key");
  EXPECT_EQ(refused("[[tag_rename]]\npattern = 'x'\nresult_key = 'other'").path,
            "tag_rename[0].result_key");
  EXPECT_EQ(refused("[[field_rename]]\npattern = '(a)\\1'").path, "field_rename[0].pattern");
  EXPECT_EQ(refused("[[metric_rename]]\npattern = '['").path, "metric_rename[0].pattern");
}

TEST(Regex, SaysWhatHasNoEffect) {
  plugin p(weir::testing::descriptor<Regex>(),
           "[[fields]]\nkey = 'a'\nappend = true\n[[tag_rename]]\nkey = "
           "'a'\n[[metric_rename]]\nresult_key = 'keep'");
  EXPECT_TRUE(p.host().logged_text("fields[0].append has no effect", WEIR_LOG_WARN));
  EXPECT_TRUE(p.host().logged_text("tag_rename[0].key has no effect", WEIR_LOG_WARN));
  EXPECT_TRUE(p.host().logged_text("metric_rename[0].result_key has no effect", WEIR_LOG_WARN));
}

}  // namespace
}  // namespace weir::regex
