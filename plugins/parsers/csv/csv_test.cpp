#include "plugins/parsers/csv/csv.hpp"

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::csv {
namespace {

using testing::failure;
using testing::lines;

struct ReadCase {
  const char* what;
  const char* options;
  const char* text;
  lines rows;  // without time
};

class ReadsLikeTelegraf : public ::testing::TestWithParam<ReadCase> {};

TEST_P(ReadsLikeTelegraf, Rows) {
  testing::plugin p(testing::descriptor<CsvParser>(), GetParam().options);
  p.format().time = false;
  EXPECT_EQ(p.parse_document(GetParam().text), GetParam().rows);
  EXPECT_EQ(p.parse_document(GetParam().text), GetParam().rows);
  EXPECT_EQ(p.parse_split(GetParam().text), GetParam().rows);
  EXPECT_EQ(p.host().bad_count(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Accepted, ReadsLikeTelegraf,
    ::testing::Values(
        ReadCase{"header",
                 "csv_header_row_count = 1",
                 "a,b,c\n1,2.5,true\n-3,x,\n",
                 {" a=1i,b=2.5,c=t", " a=-3i,b=\"x\",c=\"\""}},
        ReadCase{"guesses",
                 "csv_header_row_count = 1",
                 "a,b,c,d,e,f,g\n007,+7,1e3,.5,1_000,0x1F,T\n"
                 "9999999999999999999,-0,5.,f,no,9007199254740993.5,1.\n",
                 {" a=7i,b=7i,c=1000,d=0.5,e=1000,f=\"0x1F\",g=t",
                  " a=1e+19,b=0i,c=5,d=f,e=\"no\",f=9007199254740994,g=1"}},
        ReadCase{"names_of_several_rows",
                 "csv_header_row_count = 2",
                 "a,b\n_x,_y,z\n1,2,3\n",
                 {" a_x=1i,b_y=2i,z=3i"}},
        ReadCase{"names_instead_of_the_header",
                 "csv_header_row_count = 1\ncsv_column_names = ['x', 'y', 'z']",
                 "a,b\n1,2\n",
                 {" x=1i,y=2i"}},
        ReadCase{"types",
                 "csv_header_row_count = 1\ncsv_column_types = ['string', 'int', 'float', 'bool']",
                 "a,b,c,d\n1,2,3,1\n",
                 {" a=\"1\",b=2i,c=3,d=t"}},
        ReadCase{
            "tags_and_name",
            "csv_header_row_count = 1\ncsv_tag_columns = ['h', 'n']\n"
            "csv_measurement_column = 'm'",
            "m,h,v,n\ncpu,a,1,7\ncpu,a,2,7\n007,a,1,7\n1e6,,1,7\nTRUE,b,1,7\n,b,1,7\ncpu,a,3,7\n",
            {"cpu,h=a,n=7 v=1i", "cpu,h=a,n=7 v=2i", "7,h=a,n=7 v=1i", "1e+06,h=,n=7 v=1i",
             "true,h=b,n=7 v=1i", ",h=b,n=7 v=1i", "cpu,h=a,n=7 v=3i"}},
        ReadCase{"head",
                 "csv_skip_rows = 2\ncsv_metadata_rows = 3\ncsv_metadata_separators = ['=', ': ']\n"
                 "csv_metadata_trim_set = '# '\ncsv_header_row_count = 1\ncsv_tag_columns = ['a']",
                 "junk,\"\n\n# a=1=1\n# when: t=0 \nnothing\na,b\n2,3\n",
                 {",a=1\\=1,when=t\\=0 b=3i"}},
        ReadCase{"tags_win",
                 "csv_metadata_rows = 1\ncsv_header_row_count = 1\ncsv_tag_columns = ['a']\n"
                 "csv_tag_overwrite = true",
                 "a:1\na,b\n2,3\n",
                 {",a=2 b=3i"}},
        ReadCase{"skipped_columns",
                 "csv_skip_columns = 1\ncsv_header_row_count = 1",
                 "a,b,c\n1,2,3\n",
                 {" b=2i,c=3i"}},
        ReadCase{"skipped_columns_before_names",
                 "csv_skip_columns = 1\ncsv_column_names = ['b', 'c']",
                 "1,2,3\n",
                 {" b=2i,c=3i"}},
        ReadCase{"skipped_values",
                 "csv_header_row_count = 1\ncsv_skip_values = ['-', '']\ncsv_tag_columns = ['b']",
                 "a,b\n1,-\n-,x\n,\n2,y\n",
                 {" a=1i", ",b=y a=2i"}},
        ReadCase{"blanks",
                 "csv_header_row_count = 1\ncsv_trim_space = true",
                 " a , b c \n 1 ,\t x y \n",
                 {" a=1i,b\\ c=\"x y\""}},
        ReadCase{"repeated_columns",
                 "csv_header_row_count = 1",
                 "a,b,a\n1,2,3\n4,5\n",
                 {" a=3i,b=2i", " a=4i,b=5i"}},
        ReadCase{"quotes",
                 "csv_header_row_count = 1",
                 "\"a,b\",c\n\"1\",\"x\ny\"\n",
                 {" a\\,b=1i,c=\"x\\ny\""}},
        ReadCase{"no_records", "csv_header_row_count = 1", "a,b\n", {}}),
    [](const auto& test) { return std::string(test.param.what); });

TEST(CsvParser, Times) {
  testing::plugin p(testing::descriptor<CsvParser>(),
                    "csv_header_row_count = 1\ncsv_timestamp_column = 't'\n"
                    "csv_timestamp_format = '2006-01-02 15:04'\ncsv_timezone = 'Europe/Berlin'");
  EXPECT_EQ(p.parse_document("t,v\n2023-07-14 12:00,1\n"), (lines{" v=1i 1689328800000000000"}));
  testing::plugin u(testing::descriptor<CsvParser>(),
                    "csv_column_names = ['v', 't']\ncsv_timestamp_column = 't'\n"
                    "csv_timestamp_format = 'unix_ms'");
  EXPECT_EQ(u.parse("1,1700000000123"), (lines{" v=1i 1700000000123000000"}));
}

TEST(CsvParser, BadRecordsCostThemselves) {
  testing::plugin p(testing::descriptor<CsvParser>(),
                    "csv_header_row_count = 1\ncsv_timestamp_column = 't'\n"
                    "csv_timestamp_format = 'unix'\ncsv_column_types = ['int', 'int']");
  const std::string text = "t,v\nx,1\n1\n2,\n3,y\n\"4,1\n5,1,7\n\"6\"6,1\n";
  EXPECT_EQ(p.parse_document(text), (lines{" v=1i 5000000000"}));
  ASSERT_EQ(p.host().bad_count(), 5U);
  EXPECT_EQ(p.host().bad()[0].line, 2U);
  EXPECT_EQ(p.host().bad()[0].excerpt, "x,1");
  EXPECT_EQ(p.host().bad()[3].line, 6U);
  EXPECT_EQ(p.host().bad()[4].line, 8U);
  testing::plugin silent(testing::descriptor<CsvParser>(),
                         "csv_column_names = ['a']\ncsv_column_types = ['int']\n"
                         "csv_skip_errors = true");
  silent.format().time = false;
  EXPECT_EQ(silent.parse("1\nx\n2\n"), (lines{" a=1i", " a=2i"}));
  EXPECT_EQ(silent.host().bad_count(), 0U);
  std::string many = "t,v\n";
  for (int i = 0; i < 1000; ++i) many += "x,1\n";
  p.parse_document(many);
  EXPECT_EQ(p.host().bad_count(), 1005U);
  EXPECT_LT(p.host().bad().size(), 30U);
}

TEST(CsvParser, AHeaderIsThatOfItsText) {
  testing::plugin p(testing::descriptor<CsvParser>(), "csv_header_row_count = 1");
  p.format().time = false;
  EXPECT_EQ(p.parse("a,b\n"), lines{});
  EXPECT_EQ(p.parse("1,2"), (lines{" a=1i,b=2i"}));
  EXPECT_EQ(p.parse_document("c\n3\n"), (lines{" c=3i"}));
  EXPECT_EQ(p.parse_document("d\n3\n"), (lines{" d=3i"}));
  testing::plugin each(testing::descriptor<CsvParser>(),
                       "csv_header_row_count = 1\ncsv_reset_mode = 'always'");
  each.format().time = false;
  EXPECT_EQ(each.parse("a,b\n1,2"), (lines{" a=1i,b=2i"}));
  EXPECT_EQ(each.parse("c,d\n1,2"), (lines{" c=1i,d=2i"}));
}

TEST(CsvParser, ManySeriesAndBatches) {
  testing::plugin p(testing::descriptor<CsvParser>(),
                    "csv_header_row_count = 1\ncsv_tag_columns = ['h']");
  p.format().time = false;
  std::string text = "h,v\n";
  lines expected;
  for (int i = 0; i < 30000; ++i) {
    const std::string host = "host" + std::to_string(i * 7 % 500);
    text += host + "," + std::to_string(i) + "\n";
    expected.push_back(",h=" + host + " v=" + std::to_string(i) + "i");
  }
  EXPECT_EQ(p.parse_document(text), expected);
  EXPECT_EQ(p.parse_stream(text, 1000), expected);
  p.idle();
  EXPECT_EQ(p.host().charged_bytes(), 0);
  EXPECT_EQ(p.parse_document(text), expected);
}

TEST(CsvParser, RefusesWrongOptions) {
  for (const char* options :
       {"", "csv_header_row_count = 1\ncsv_delimiter = 'ab'",
        "csv_header_row_count = 1\ncsv_delimiter = \"\\n\"",
        "csv_header_row_count = 1\ncsv_comment = '##'",
        "csv_header_row_count = 1\ncsv_comment = ','",
        "csv_header_row_count = 1\ncsv_timestamp_column = 't'",
        "csv_header_row_count = 1\ncsv_timestamp_column = 't'\ncsv_timestamp_format = 'unix'\n"
        "csv_timezone = 'No/Where'",
        "csv_header_row_count = 1\ncsv_reset_mode = 'sometimes'",
        "csv_header_row_count = 1\ncsv_metadata_rows = 1\ncsv_metadata_separators = []",
        "csv_column_names = ['a', 'b']\ncsv_column_types = ['int']"}) {
    EXPECT_THROW(testing::plugin(testing::descriptor<CsvParser>(), options), failure) << options;
  }
}

}  // namespace
}  // namespace weir::csv
