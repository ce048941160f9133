#include "plugins/serializers/graphite/graphite.hpp"

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::graphite {
namespace {

using testing::failure;
using testing::lines;

const lines rows{
    "cpu,cpu=cpu0,dc=us-west-2,host=my.host idle=91.5,up=true,s=\"text\" 1700000000999999999",
    "disk,host=h,path=/var/log free=1i,value=2 1700000001000000000"};

testing::plugin serializer(const std::string& options) {
  return testing::plugin(testing::descriptor<GraphiteSerializer>(), options);
}

struct Case {
  const char* what;
  const char* options;
  lines written;  // for rows
};

class WritesLikeTelegraf : public ::testing::TestWithParam<Case> {};

TEST_P(WritesLikeTelegraf, Rows) {
  EXPECT_EQ(serializer(GetParam().options).serialize(rows), GetParam().written);
}

INSTANTIATE_TEST_SUITE_P(
    All, WritesLikeTelegraf,
    ::testing::Values(
        Case{"usual",
             "",
             {"my_host.cpu0.us-west-2.cpu.idle 91.5 1700000000\nmy_host.cpu0.us-west-2.cpu.up 1 "
              "1700000000\n",
              "h.-var-log.disk.free 1 1700000001\nh.-var-log.disk 2 1700000001\n"}},
        Case{"prefix",
             "prefix = 'a.b'\ntemplate = 'env.host.measurement.field'",
             {"a.b.my_host.cpu.idle 91.5 1700000000\na.b.my_host.cpu.up 1 1700000000\n",
              "a.b.h.disk.free 1 1700000001\na.b.h.disk 2 1700000001\n"}},
        Case{"field_first",
             "template = 'field.measurement'",
             {"idle.cpu 91.5 1700000000\nup.cpu 1 1700000000\n",
              "free.disk 1 1700000001\ndisk 2 1700000001\n"}},
        Case{"templates",
             "templates = ['*.cpu host', 'disk* measurement.path.field', "
             "'host.tags.measurement.field']",
             {"my_host.cpu0.us-west-2.cpu.idle 91.5 1700000000\nmy_host.cpu0.us-west-2.cpu.up 1 "
              "1700000000\n",
              "disk.-var-log.free 1 1700000001\ndisk.-var-log 2 1700000001\n"}},
        Case{"nothing_left", "template = 'env'", {"", ""}},
        Case{"tags",
             "graphite_tag_support = true\nprefix = 'p'\ngraphite_separator = '_'",
             {"p_cpu_idle;cpu=cpu0;dc=us-west-2;host=my.host 91.5 1700000000\n"
              "p_cpu_up;cpu=cpu0;dc=us-west-2;host=my.host 1 1700000000\n",
              "p_disk_free;host=h;path=-var-log 1 1700000001\np_disk;host=h;path=-var-log 2 "
              "1700000001\n"}},
        Case{"own_regex",
             "graphite_strict_sanitize_regex = '[^a-z]'",
             {"my_host_cpu__us_west___cpu_idle 91.5 1700000000\nmy_host_cpu__us_west___cpu_up 1 "
              "1700000000\n",
              "h__var_log_disk_free 1 1700000001\nh__var_log_disk 2 1700000001\n"}}),
    [](const auto& test) { return std::string(test.param.what); });

TEST(GraphiteSerializer, CleansNames) {
  EXPECT_EQ(
      serializer("").serialize({"my\\ metric!,host=a/b@c\\ d,t=é+x f\\ 1=1,g$=2,h\\\\..i=3 1"}),
      (lines{"a-b-c_d.é_x.my_metric_.f_1 1 0\na-b-c_d.é_x.my_metric_.g_ 2 0\n"
             "a-b-c_d.é_x.my_metric_.h__i 3 0\n"}));
  EXPECT_EQ(serializer("graphite_tag_support = true\ngraphite_tag_sanitize_mode = 'compatible'")
                .serialize({"m,t\\ a=~v\\ ~;!^\\=x,name=n f=1 1", "m...x...,t=a..b f=1 1"}),
            (lines{"m.f;_name=n;t a=v ~_!^=x 1 0\n", "m..x..f;t=a..b 1 0\n"}));
}

TEST(GraphiteSerializer, Numbers) {
  EXPECT_EQ(serializer("template = 'field'")
                .serialize({"m a=1e21,b=0.1,c=-7i,d=18446744073709551615u,e=false,value=5 -1"}),
            (lines{"a 1000000000000000000000 0\nb 0.1 0\nc -7 0\nd 18446744073709551615 0\n"
                   "e 0 0\nFIELDNAME 5 0\n"}));
}

TEST(GraphiteSerializer, RefusesWrongOptions) {
  for (const char* options :
       {"templates = ['a b c']", "templates = ['']", "templates = ['[a b']",
        "graphite_strict_sanitize_regex = '['", "graphite_tag_sanitize_mode = 'loose'"}) {
    EXPECT_THROW(serializer(options), failure) << options;
  }
}

}  // namespace
}  // namespace weir::graphite
