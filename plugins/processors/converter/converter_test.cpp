#include "plugins/processors/converter/converter.hpp"

#include <gtest/gtest.h>

#include <weir/testing/rowwise.hpp>

namespace weir::converter {
namespace {

using weir::testing::failure_of;
using weir::testing::lines;
using weir::testing::plugin;
using weir::testing::process_rowwise;

// Goal: what Telegraf answers.
struct Case {
  const char* what;
  const char* options;
  lines rows;
  lines expected;
};

class ConverterTest : public testing::TestWithParam<Case> {};

TEST_P(ConverterTest, AnswersAsTelegrafDoes) {
  EXPECT_EQ(
      process_rowwise(weir::testing::descriptor<Converter>(), GetParam().options, GetParam().rows),
      GetParam().expected);
}

const lines cpu{"cpu,host=a count=10i,idle=98.5,up=t,msg=\"hello\" 1",
                "cpu,host=b count=-3i,idle=12.75,up=f,msg=\"12\" 2"};
const lines status{
    "status,level=warn "
    "code=200i,flag=\"true\",num=\"42\",bad=\"12abc\",iso=\"2023-11-14T22:13:20Z\" 3"};

INSTANTIATE_TEST_SUITE_P(
    Fields, ConverterTest,
    testing::Values(
        Case{"to_many",
             "[fields]\ninteger = ['idle']\nfloat = ['count']\nstring = ['up']\nboolean = "
             "['flag']\nunsigned = ['num']\ntag = ['code']",
             {cpu[0], status[0]},
             {"cpu,host=a count=10,idle=99i,up=\"true\",msg=\"hello\" 1",
              "status,code=200,level=warn "
              "flag=t,num=42u,bad=\"12abc\",iso=\"2023-11-14T22:13:20Z\" 3"}},
        Case{"to_booleans",
             "[fields]\nboolean = ['*']",
             {cpu[0], cpu[1], status[0]},
             {"cpu,host=a count=t,idle=t,up=t 1", "cpu,host=b count=f,idle=t,up=f 2",
              "status,level=warn code=t,flag=t 3"}},
        Case{"to_floats",
             "[fields]\nfloat = ['*']",
             {cpu[0], cpu[1]},
             {"cpu,host=a count=10,idle=98.5,up=1 1",
              "cpu,host=b count=-3,idle=12.75,up=0,msg=12 2"}},
        Case{"to_strings",
             "[fields]\nstring = ['*']",
             cpu,
             {"cpu,host=a count=\"10\",idle=\"98.5\",up=\"true\",msg=\"hello\" 1",
              "cpu,host=b count=\"-3\",idle=\"12.75\",up=\"false\",msg=\"12\" 2"}},
        Case{"to_integers",
             "[fields]\ninteger = ['*']",
             {"m a=1.5,b=-1.5,c=1e300,d=-1e300,e=0.999999 1"},
             {"m a=2i,b=-2i,c=9223372036854775807i,d=-9223372036854775808i,e=1i 1"}},
        Case{"to_unsigned",
             "[fields]\nunsigned = ['*']",
             {"m a=1.5,b=-1.5,c=1e300,e=-0.4 1"},
             {"m a=2u,b=0u,c=18446744073709551615u,e=0u 1"}},
        Case{"to_the_name",
             "[fields]\nmeasurement = ['num', 'count']",
             {cpu[0], status[0], "x v=1 1"},
             {"10,host=a idle=98.5,up=t,msg=\"hello\" 1",
              "42,level=warn code=200i,flag=\"true\",bad=\"12abc\",iso=\"2023-11-14T22:13:20Z\" 3",
              "x v=1 1"}},
        Case{"to_tags",
             "[fields]\ntag = ['count', 'up', 'msg']",
             cpu,
             {"cpu,count=10,host=a,msg=hello,up=true idle=98.5 1",
              "cpu,count=-3,host=b,msg=12,up=false idle=12.75 2"}},
        Case{"over_a_tag",
             "[fields]\ntag = ['host']",
             {"m,host=a host=5i,v=1 1"},
             {"m,host=5 v=1 1"}},
        Case{"the_last_field",
             "[fields]\ntag = ['v']",
             {"m,host=a v=1i 1", "m,host=b v=2i,w=3 2"},
             {"m,host=b,v=2 w=3 2"}},
        Case{"base64",
             "[fields]\nbase64_ieee_float32 = ['p']",
             {"m p=\"RKeAAA==\",v=1 1", "m p=\"bad\",v=2 2", "m p=1i,v=3 3"},
             {"m p=1340,v=1 1", "m v=2 2", "m v=3 3"}},
        Case{"the_first_target_counts",
             "[fields]\nstring = ['*']\ninteger = ['count']",
             {cpu[0]},
             {"cpu,host=a count=10i,idle=\"98.5\",up=\"true\",msg=\"hello\" 1"}},
        Case{"an_empty_table", "[fields]", cpu, cpu}),
    [](const auto& test) { return test.param.what; });

INSTANTIATE_TEST_SUITE_P(
    Tags, ConverterTest,
    testing::Values(
        Case{"to_fields",
             "[tags]\nstring = ['s']\ninteger = ['i']\nunsigned = ['u']\nboolean = ['b']\nfloat = "
             "['f*']",
             {"m,b=TRUE,f1=0x10,f2=1e3,i=-7,keep=k,s=text,u=-1 v=1 1", "m,i=12abc,b=yes,f1=x v=1 2",
              "m v=1 3"},
             {"m,keep=k v=1,b=t,f1=16,f2=1000,i=-7i,s=\"text\",u=0u 1", "m v=1 2", "m v=1 3"}},
        Case{"over_a_field", "[tags]\ninteger = ['v']", {"m,v=5 v=1,w=2 1"}, {"m v=5i,w=2 1"}},
        Case{"to_the_name",
             "[tags]\nmeasurement = ['topic']",
             {"mqtt,host=a,topic=sensor temp=42 1", "mqtt,host=a temp=1 2"},
             {"sensor,host=a temp=42 1", "mqtt,host=a temp=1 2"}},
        Case{"tags_before_fields",
             "[tags]\ninteger = ['a']\n[fields]\nfloat = ['a']\ntag = ['v']",
             {"m,a=5 v=1i 1"},
             {"m,v=1 a=5 1"}}),
    [](const auto& test) { return test.param.what; });

INSTANTIATE_TEST_SUITE_P(
    Times, ConverterTest,
    testing::Values(
        Case{"milliseconds_of_a_tag",
             "[tags]\ntimestamp = ['t']\ntimestamp_format = 'unix_ms'",
             {"m,a=b,t=1600000000123,z=y v=1 1", "m,t=junk v=2 2", "m v=3 3"},
             {"m,a=b,z=y v=1 1600000000123000000", "m,t=junk v=2 2", "m v=3 3"}},
        Case{"seconds_of_a_tag_beside_others",
             "[tags]\ntimestamp = ['t']\ntimestamp_format = 'unix'\nstring = ['a', 'z']",
             {"m,a=b,t=1.5,z=y v=1 1"},
             {"m v=1,a=\"b\",z=\"y\" 1500000000"}},
        Case{"layout_of_a_field",
             "[fields]\ntimestamp = ['iso']\ntimestamp_format = '2006-01-02T15:04:05Z07:00'",
             {status[0], "m iso=5i,v=1 7", "m iso=\"junk\",v=1 8"},
             {"status,level=warn code=200i,flag=\"true\",num=\"42\",bad=\"12abc\" "
              "1700000000000000000",
              "m iso=5i,v=1 7", "m iso=\"junk\",v=1 8"}},
        Case{"numbers",
             "[fields]\ntimestamp = ['t']\ntimestamp_format = 'unix'",
             {"m t=2i,v=1 1", "m t=3u,v=1 1", "m t=1.5,v=1 1", "m t=t,v=1 1",
              "m t=18446744073709551615u,v=1 1", "m t=nan,v=1 1"},
             {"m v=1 2000000000", "m v=1 3000000000", "m v=1 1500000000", "m t=t,v=1 1",
              "m t=18446744073709551615u,v=1 1", "m t=nan,v=1 1"}}),
    [](const auto& test) { return test.param.what; });

TEST(Converter, CountsAndSaysOnceWhatCannotBeConverted) {
  plugin p(weir::testing::descriptor<Converter>(),
           "[fields]\ninteger = ['bad']\ntimestamp = ['t']\ntimestamp_format = 'unix'");
  p.process({"m bad=\"x1\",v=1 1", "m bad=\"x2\",v=1 1", "m t=\"x\",v=1 1"});
  p.process({"m bad=\"x3\",v=1 1"});
  EXPECT_EQ(p.metric("values_failed"), 4U);
  EXPECT_EQ(p.host().logs().size(), 2U);
  EXPECT_TRUE(p.host().logged_text(
      "the field \"bad\" cannot become an integer: \"x1\"; it is removed", WEIR_LOG_ERROR));
  EXPECT_TRUE(p.host().logged_text("the field \"t\" cannot become a time: \"x\"", WEIR_LOG_ERROR));
}

TEST(Converter, SaysOnlySoMuch) {
  plugin p(weir::testing::descriptor<Converter>(), "[fields]\ninteger = ['*']");
  for (int i = 0; i < 1000; ++i) p.process({"m f" + std::to_string(i) + "=\"x\",v=1 1"});
  EXPECT_EQ(p.host().logs().size(), 64U);
  EXPECT_EQ(p.metric("values_failed"), 1000U);
}

std::string refused(const char* options) {
  return failure_of([&] { plugin(weir::testing::descriptor<Converter>(), options); }).path;
}

TEST(Converter, RefusesWhatCannotWork) {
  EXPECT_EQ(refused("[fields]\nfloat = ['[']"), "fields.float");
  EXPECT_EQ(refused("[tags]\nunsigned = ['[']"), "tags.unsigned");
  EXPECT_EQ(refused("[tags]\ntimestamp = ['t']"), "tags.timestamp_format");
  EXPECT_THROW(plugin(weir::testing::descriptor<Converter>(), ""), weir::testing::failure);
}

TEST(Converter, SaysWhatHasNoEffect) {
  plugin p(weir::testing::descriptor<Converter>(),
           "[tags]\ntag = ['a']\nbase64_ieee_float32 = ['b']");
  EXPECT_TRUE(p.host().logged_text("tags.tag has no effect", WEIR_LOG_WARN));
  EXPECT_TRUE(p.host().logged_text("tags.base64_ieee_float32 has no effect", WEIR_LOG_WARN));
}

}  // namespace
}  // namespace weir::converter
