#include "core/app/rows_text.hpp"

#include <gtest/gtest.h>

#include <weir/testing/lines.hpp>

namespace weir::app {
namespace {

std::string printed(const testing::lines& rows, std::uint32_t row0 = 0) {
  return rows_as_json(*testing::make_batch(rows, 0).head(), row0);
}

TEST(RowsText, PrintsEveryTypeOfValue) {
  EXPECT_EQ(
      printed({R"(cpu,host=a,k="v i=-3i,u=4u,f=1.5,b=t,s="a\"b" 17 gauge)"}),
      R"({"name":"cpu","tags":{"host":"a","k":"\"v"},"fields":{"i":-3,"u":4,"f":1.5,"b":true,)"
      R"("s":"a\"b"},"time_ns":17,"kind":"gauge"})"
      "\n");
}

TEST(RowsText, PrintsAsTextWhatJsonWouldRound) {
  EXPECT_EQ(printed({"m i=-9223372036854775808i,u=9007199254740993u 1"}),
            R"({"name":"m","tags":{},"fields":{"i":"-9223372036854775808","u":"9007199254740993"},)"
            R"("time_ns":1})"
            "\n");
}

TEST(RowsText, PrintsRawRowsFromARowOn) {
  EXPECT_EQ(
      printed({R"(raw record session=1 "one" topic=a)", R"(raw record session=2 "two" topic=b)"},
              1),
      R"({"raw":"two","tags":{"topic":"b"},"time_ns":0})"
      "\n");
}

}  // namespace
}  // namespace weir::app
