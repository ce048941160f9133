#include "plugins/processors/printer/printer.hpp"

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

namespace weir::printer {
namespace {

using testing::lines;
using testing::plugin;

std::string printed(plugin& p, const lines& rows) {
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(p.process(rows), rows);
  return ::testing::internal::GetCapturedStdout();
}

TEST(Printer, PrintsWhatPasses) {
  plugin p(testing::descriptor<Printer>());
  const lines rows{"m,h=a\\ b b=1u,a=\"x\" 1", "m b=nan 2", "n v=2.5 3"};
  EXPECT_EQ(printed(p, rows), "m,h=a\\ b b=1i,a=\"x\" 1\nn v=2.5 3\n");
  EXPECT_EQ(printed(p, {rows[2]}), "n v=2.5 3\n");
  lines many;
  std::string all;
  for (int i = 0; i < 20000; ++i) {
    many.push_back("m,tag=" + std::string(60, 'x') + " v=" + std::to_string(i) + " 1");
    all += many.back() + "\n";
  }
  EXPECT_EQ(printed(p, many), all);
  EXPECT_EQ(printed(p, {rows[2]}), "n v=2.5 3\n");
}

TEST(Printer, PrintsTheSelectedRows) {
  plugin p(testing::descriptor<Printer>());
  ::testing::internal::CaptureStdout();
  p.process({"a v=1 1", "b v=1 1", "c v=1 1"}, {"101"});
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "a v=1 1\nc v=1 1\n");
}

TEST(Printer, Options) {
  plugin p(testing::descriptor<Printer>(),
           "influx_sort_fields = true\ninflux_uint_support = true\ninflux_omit_timestamp = true\n"
           "influx_max_line_bytes = 8");
  EXPECT_EQ(printed(p, {"m b=1u,a=2 1"}), "m a=2\nm b=1u\n");
}

}  // namespace
}  // namespace weir::printer
