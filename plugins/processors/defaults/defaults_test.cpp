#include "plugins/processors/defaults/defaults.hpp"

#include <gtest/gtest.h>

#include <weir/testing/rowwise.hpp>

namespace weir::defaults {
namespace {

using weir::testing::lines;
using weir::testing::process_rowwise;

lines filled(const std::string& options, const lines& rows) {
  return process_rowwise(weir::testing::descriptor<Defaults>(), options, rows);
}

// Goal: what Telegraf answers.
TEST(Defaults, FillsInFieldsThatAreMissingOrBlank) {
  EXPECT_EQ(filled("[fields]\nf1 = 'x'", {"m,a=1 f1=\"\",f2=\"  \",f3=\"set\",f4=0i 1", "m f5=1 2",
                                          "m f1=\" \\t\" 3", "m f1=0i 4"}),
            (lines{"m,a=1 f1=\"x\",f2=\"  \",f3=\"set\",f4=0i 1", "m f5=1,f1=\"x\" 2",
                   "m f1=\"x\" 3", "m f1=0i 4"}));
}

TEST(Defaults, KeepsTheTypesOfValues) {
  EXPECT_EQ(filled("[fields]\ni = -3\nf = 2.5\nb = false\ns = 'v'\nz = 1.0",
                   {"m a=1 1", "m s=\"\",i=1i 2"}),
            (lines{"m a=1,i=-3i,f=2.5,b=f,s=\"v\",z=1 1", "m s=\"v\",i=1i,f=2.5,b=f,z=1 2"}));
}

TEST(Defaults, FillsInTagsThatAreMissingOrBlank) {
  EXPECT_EQ(filled("[tags]\nt = 'y'\na = 'b'",
                   {"m,a=1 v=1 1", "m,a=1,t= v=1 2", "m,t=\\ \\  v=1 3", "m v=1 4", "m,t=q v=1 5"}),
            (lines{"m,a=1,t=y v=1 1", "m,a=1,t=y v=1 2", "m,a=b,t=y v=1 3", "m,a=b,t=y v=1 4",
                   "m,a=b,t=q v=1 5"}));
}

TEST(Defaults, DoesNothingWithoutOptions) {
  const lines rows{"m,a=1 f1=\"\" 1", "m v=1 2"};
  EXPECT_EQ(filled("", rows), rows);
}

}  // namespace
}  // namespace weir::defaults
