#include "plugins/serializers/csv/csv.hpp"

#include <limits>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::csv_lines {
namespace {

using testing::failure;
using testing::lines;

testing::plugin serializer(const std::string& options = "") {
  return testing::plugin(testing::descriptor<CsvSerializer>(), options);
}

TEST(CsvSerializer, WritesWhatTelegrafWrites) {
  EXPECT_EQ(serializer().serialize({"m,t=x b=-2i,a=1,c=3u,d=true,e=\"str\",f=0.1,g=1e21,h=1e-7,k=0 "
                                    "1700000000123456789",
                                    "m v=1 -1"}),
            (lines{"1700000000,m,x,1,-2,3,true,str,0.1,1000000000000000000000,0.0000001,0\n",
                   "-1,m,1\n"}));
  EXPECT_EQ(serializer("csv_separator = \"\\t\"").serialize({"m,a=1 x=1 1"}),
            (lines{"0\tm\t1\t1\n"}));
}

TEST(CsvSerializer, Times) {
  const lines row{"m v=1i 1700000000123456789"};
  EXPECT_EQ(serializer("csv_timestamp_format = 'unix_ms'").serialize(row),
            (lines{"1700000000123,m,1\n"}));
  EXPECT_EQ(serializer("csv_timestamp_format = 'unix_us'").serialize(row),
            (lines{"1700000000123456,m,1\n"}));
  EXPECT_EQ(serializer("csv_timestamp_format = 'unix_ns'").serialize(row),
            (lines{"1700000000123456789,m,1\n"}));
  EXPECT_EQ(serializer("csv_timestamp_format = '2006-01-02 15:04:05.000'")
                .serialize({row[0], row[0], "m v=2i 0", "m v=3i -1"}),
            (lines{"2023-11-14 22:13:20.123,m,1\n", "2023-11-14 22:13:20.123,m,1\n",
                   "1970-01-01 00:00:00.000,m,2\n", "1969-12-31 23:59:59.999,m,3\n"}));
}

TEST(CsvSerializer, Headers) {
  const lines rows{"m,a=1 y=2,x=1 1", "m,b=1 z=3 2"};
  testing::plugin p = serializer("csv_header = true");
  EXPECT_EQ(p.serialize(rows), (lines{"timestamp,measurement,a,x,y\n0,m,1,1,2\n", "0,m,1,3\n"}));
  EXPECT_EQ(p.serialize({rows[1]}), (lines{"0,m,1,3\n"}));
  EXPECT_EQ(serializer("csv_header = true\ncsv_column_prefix = true").serialize_document(rows),
            "timestamp,measurement,tag_a,field_x,field_y\n0,m,1,1,2\n0,m,1,3\n");
  const std::string chosen =
      "csv_header = true\ncsv_columns = ['timestamp', 'field.x', 'tag.a', 'name', 'tag.no']\n";
  EXPECT_EQ(serializer(chosen).serialize(rows),
            (lines{"timestamp,x,a,name,no\n0,1,1,m,\n", "0,,,m,\n"}));
  EXPECT_EQ(serializer(chosen + "csv_column_prefix = true").serialize({rows[0]}),
            (lines{"timestamp,field_x,tag_a,name,tag_no\n0,1,1,m,\n"}));
}

TEST(CsvSerializer, QuotesAsGoDoes) {
  EXPECT_EQ(serializer().serialize({R"(m a="x,y",b="say \"hi\"",c=" x",d="\\.",e="",f="\"" 1)"}),
            (lines{"0,m,\"x,y\",\"say \"\"hi\"\"\",\" x\",\"\\.\",,\"\"\"\"\n"}));
  EXPECT_EQ(serializer().serialize({"m a=\"x\\ny\",b=\"a b \" 1"}), (lines{"0,m,\"x\ny\",a b \n"}));
  EXPECT_EQ(serializer("csv_separator = ';'").serialize({"m a=\"x,y\",b=\"x;y\" 1"}),
            (lines{"0;m;x,y;\"x;y\"\n"}));
}

TEST(CsvSerializer, RefusesWrongOptions) {
  for (const char* options : {"csv_separator = 'ab'", "csv_separator = '§'", "csv_separator = '\"'",
                              "csv_timestamp_format = 'now'", "csv_columns = ['host']"}) {
    EXPECT_THROW(serializer(options), failure) << options;
  }
}

}  // namespace
}  // namespace weir::csv_lines
