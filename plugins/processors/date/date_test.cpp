#include "plugins/processors/date/date.hpp"

#include <gtest/gtest.h>

#include <weir/testing/rowwise.hpp>

namespace weir::date {
namespace {

using weir::testing::failure_of;
using weir::testing::lines;
using weir::testing::plugin;
using weir::testing::process_rowwise;

const lines rows{"m,h=a v=1 1700000000123456789", "m,h=a v=2 1583020800000000000",
                 "m,h=c v=3 -86400000000000", "m v=4 -1"};

lines dated(const std::string& options, const lines& from = rows) {
  return process_rowwise(weir::testing::descriptor<Date>(), options, from);
}

// Goal: what Telegraf answers.
TEST(Date, WritesTags) {
  EXPECT_EQ(
      dated("tag_key = 'stamp'\ndate_format = 'Jan'"),
      (lines{"m,h=a,stamp=Nov v=1 1700000000123456789", "m,h=a,stamp=Mar v=2 1583020800000000000",
             "m,h=c,stamp=Dec v=3 -86400000000000", "m,stamp=Dec v=4 -1"}));
  EXPECT_EQ(
      dated("tag_key = 'h'\ndate_format = '2006-01-02'"),
      (lines{"m,h=2023-11-14 v=1 1700000000123456789", "m,h=2020-03-01 v=2 1583020800000000000",
             "m,h=1969-12-31 v=3 -86400000000000", "m,h=1969-12-31 v=4 -1"}));
  EXPECT_EQ(dated("tag_key = 't'\ndate_format = 'unix'", {rows[0]}),
            (lines{"m,h=a,t=unix v=1 1700000000123456789"}));
}

TEST(Date, KeepsTagsSharedWhereTheTextIsTheSame) {
  EXPECT_EQ(
      dated("tag_key = 'y'\ndate_format = '2006'",
            {"m,a=1 v=1 1", "m,a=1 v=2 2", "m,b=1,y=z v=3 3", "m v=4 4"}),
      (lines{"m,a=1,y=1970 v=1 1", "m,a=1,y=1970 v=2 2", "m,b=1,y=1970 v=3 3", "m,y=1970 v=4 4"}));
}

TEST(Date, HasZonesAndOffsets) {
  EXPECT_EQ(
      dated("tag_key = 't'\ndate_format = '15:04'\ndate_offset = '-1h30m'", {rows[0], rows[1]}),
      (lines{"m,h=a,t=20:43 v=1 1700000000123456789", "m,h=a,t=22:30 v=2 1583020800000000000"}));
  EXPECT_EQ(
      dated("tag_key = 't'\ndate_format = '2006-01-02 15h'\ntimezone = 'Asia/Kolkata'", {rows[0]}),
      (lines{"m,h=a,t=2023-11-15\\ 03h v=1 1700000000123456789"}));
  EXPECT_EQ(dated("field_key = 't'\ndate_format = '15'\ntimezone = ''", {rows[0]}),
            (lines{"m,h=a v=1,t=\"22\" 1700000000123456789"}));
}

TEST(Date, WritesFields) {
  EXPECT_EQ(dated("field_key = 't'\ndate_format = '15:04:05.000'", {rows[0], rows[0], rows[2]}),
            (lines{"m,h=a v=1,t=\"22:13:20.123\" 1700000000123456789",
                   "m,h=a v=1,t=\"22:13:20.123\" 1700000000123456789",
                   "m,h=c v=3,t=\"00:00:00.000\" -86400000000000"}));
  EXPECT_EQ(
      dated("field_key = 'v'\ndate_format = 'unix'"),
      (lines{"m,h=a v=1700000000i 1700000000123456789", "m,h=a v=1583020800i 1583020800000000000",
             "m,h=c v=-86400i -86400000000000", "m v=-1i -1"}));
  EXPECT_EQ(dated("field_key = 'n'\ndate_format = 'unix_ms'", {rows[0], rows[3]}),
            (lines{"m,h=a v=1,n=1700000000123i 1700000000123456789", "m v=4,n=0i -1"}));
  EXPECT_EQ(dated("field_key = 'n'\ndate_format = 'unix_us'", {rows[0]}),
            (lines{"m,h=a v=1,n=1700000000123456i 1700000000123456789"}));
  EXPECT_EQ(dated("field_key = 'n'\ndate_format = 'unix_ns'\ndate_offset = '1s'", {rows[0]}),
            (lines{"m,h=a v=1,n=1700000001123456789i 1700000000123456789"}));
}

std::string refusal(const std::string& options) {
  return failure_of([&] { plugin(weir::testing::descriptor<Date>(), options); }).message;
}

TEST(Date, RefusesWhatItCannotDo) {
  EXPECT_EQ(refusal(""), "tag_key or field_key is needed");
  EXPECT_EQ(refusal("tag_key = 'a'\nfield_key = 'b'"),
            "only one of tag_key and field_key may be given");
  EXPECT_NE(refusal("tag_key = 'a'\ntimezone = 'Mars/Olympus'").find("unknown time zone"),
            std::string::npos);
}

}  // namespace
}  // namespace weir::date
