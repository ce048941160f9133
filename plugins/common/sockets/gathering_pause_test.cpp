#include "plugins/common/sockets/gathering_pause.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace weir::common {
namespace {

constexpr std::int64_t millisecond_ns = 1'000'000;

class Pausing : public testing::Test {
 public:
  Pausing(const Pausing&) = delete;
  Pausing& operator=(const Pausing&) = delete;
  ~Pausing() override { ::close(socket_); }

 protected:
  Pausing() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    int bytes = 400'000;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    socklen_t n = sizeof bytes;
    ::getsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, &n);
    room_bytes_ = bytes;
  }

  int socket_;
  std::int64_t room_bytes_ = 0;
};

TEST_F(Pausing, IsNoneWhileFewCome) {
  GatheringPause pause(socket_);
  EXPECT_EQ(pause.after(1, 30, millisecond_ns), 0);
  EXPECT_EQ(pause.after(7, 210, 2 * millisecond_ns), 0);
  EXPECT_EQ(pause.after(1000, 30'000, 2000 * millisecond_ns), 0);  // long ago
}

TEST_F(Pausing, IsAMillisecondAtMost) {
  GatheringPause pause(socket_);
  EXPECT_EQ(pause.after(8, 240, millisecond_ns), GatheringPause::longest_ns);
}

TEST_F(Pausing, LeavesRoomInTheBuffer) {
  GatheringPause pause(socket_);
  const std::size_t n = 200;
  const auto used = static_cast<std::int64_t>(n * (GatheringPause::overhead_bytes + 2 * 1000));
  EXPECT_EQ(pause.after(n, n * 1000, millisecond_ns), room_bytes_ / 8 * millisecond_ns / used);
  EXPECT_EQ(pause.after(20'000, 20'000'000, 2 * millisecond_ns), 0);
}

}  // namespace
}  // namespace weir::common
