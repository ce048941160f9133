#include "plugins/common/sockets/doorbell.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>

#include <gtest/gtest.h>

namespace weir::common {
namespace {

constexpr int for_ever = -1;

TEST(Doorbell, WakesWhoWaitsNowOrLater) {
  const Doorbell bell;
  bell.ring();
  bell.ring();
  bell.wait(for_ever);
  bell.wait(0);  // It is quiet again.
  EXPECT_EQ(::write(bell.descriptor(), &Doorbell::once, sizeof Doorbell::once), 8);
  bell.wait(for_ever);
}

TEST(Doorbell, ListensToAnotherDescriptor) {
  const Doorbell bell;
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  bell.wait(ends[0], POLLIN, for_ever);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace weir::common
