#include "plugins/common/deliveries/progress.hpp"

#include <gtest/gtest.h>

namespace weir::common {
namespace {

weir_delivery of(std::uint64_t batch, std::uint32_t row0, std::uint32_t n, std::uint32_t attempt) {
  weir_delivery d{};
  d.batch_id = batch;
  d.row0 = row0;
  d.n_rows = n;
  d.attempt = attempt;
  return d;
}

TEST(Progress, GoesOnWithTheSameRows) {
  Progress p;
  EXPECT_EQ(p.resume(of(1, 10, 5, 1)), 10U);
  p.done(12);
  EXPECT_EQ(p.resume(of(1, 10, 5, 2)), 13U);
}

TEST(Progress, BeginsAnewWithOthers) {
  Progress p;
  p.resume(of(1, 10, 5, 1));
  p.done(12);
  EXPECT_EQ(p.resume(of(1, 10, 2, 3)), 10U);  // the first part of them
  EXPECT_EQ(p.resume(of(2, 0, 5, 1)), 0U);
}

TEST(Progress, ABlockAtTheSamePlaceIsAnother) {
  Progress p;
  p.resume(of(1, 0, 5, 1));
  p.done(4);
  EXPECT_EQ(p.resume(of(1, 0, 5, 1)), 0U);
  p.done(4);
  p.finish();
  EXPECT_EQ(p.resume(of(1, 0, 5, 2)), 0U);
}

}  // namespace
}  // namespace weir::common
