#include "plugins/common/sockets/poller.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include <gtest/gtest.h>

namespace weir::common {
namespace {

struct Counting final : Poller::Handler {
  void on_ready() override { ++calls; }
  int calls = 0;
};

class Polling : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair_.data()), 0); }
  void TearDown() override {
    ::close(pair_[0]);
    ::close(pair_[1]);
  }
  std::array<int, 2> pair_{};
  Poller poller_;
  Counting handler_;
};

TEST_F(Polling, CallsWhoIsReady) {
  poller_.add(pair_[0], handler_);
  poller_.wait(0);
  EXPECT_EQ(handler_.calls, 0);
  ASSERT_EQ(::write(pair_[1], "x", 1), 1);
  poller_.wait(-1);
  EXPECT_EQ(handler_.calls, 1);
  poller_.remove(pair_[0]);
  poller_.wait(0);
  EXPECT_EQ(handler_.calls, 1);
}

TEST_F(Polling, CanWaitForRoomToWrite) {
  poller_.add(pair_[0], handler_);
  poller_.change(pair_[0], handler_, Poller::For::writing);
  poller_.wait(-1);
  EXPECT_EQ(handler_.calls, 1);
}

TEST_F(Polling, EndsWhenItIsWoken) {
  poller_.wake();
  poller_.wake();
  poller_.wait(-1);
  poller_.wait(0);  // both were taken
  EXPECT_EQ(handler_.calls, 0);
}

}  // namespace
}  // namespace weir::common
