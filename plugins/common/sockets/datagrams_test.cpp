#include "plugins/common/sockets/datagrams.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "plugins/common/sockets/connections.hpp"
#include "tests/support/socket_client.hpp"

namespace weir::common {
namespace {

// A socket on the loopback with a small buffer, as a host would open it.
class Receiving : public testing::Test {
 protected:
  void SetUp() override {
    fd_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ASSERT_GE(fd_, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t n = sizeof at;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&at), n), 0);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &n);
    port_ = ntohs(at.sin_port);
  }
  void TearDown() override { ::close(fd_); }
  // Loopback delivers before send() returns.
  test::SocketClient client() const { return test::SocketClient::udp(port_); }
  static std::vector<std::string> texts(const Datagrams& in, std::size_t n) {
    std::vector<std::string> all;
    all.reserve(n);
    for (std::size_t i = 0; i < n; ++i) all.emplace_back(in[i].bytes);
    return all;
  }

  int fd_ = -1;
  std::uint16_t port_ = 0;
};

TEST_F(Receiving, TakesWhatIsThere) {
  Datagrams in(fd_);
  EXPECT_EQ(in.receive(), 0U);
  EXPECT_FALSE(in.more());
  const auto from = client();
  from.send("one");
  from.send("two");
  EXPECT_EQ(texts(in, in.receive()), (std::vector<std::string>{"one", "two"}));
  EXPECT_FALSE(in.more());
  from.send("three");
  ASSERT_EQ(in.receive(), 1U);
  EXPECT_EQ(in[0].bytes, "three");
  EXPECT_EQ(ip_of(in[0].peer), "127.0.0.1");
  EXPECT_FALSE(in[0].truncated);
  EXPECT_EQ(in.take_dropped(), 0U);
}

TEST_F(Receiving, SaysThatThereMayBeMore) {
  Datagrams in(fd_);
  const auto from = client();
  for (std::size_t i = 0; i < Datagrams::slots_max + 2; ++i) from.send(std::to_string(i));
  EXPECT_EQ(in.receive(), Datagrams::slots_max);
  EXPECT_TRUE(in.more());
  EXPECT_EQ(texts(in, in.receive()), (std::vector<std::string>{"64", "65"}));
}

TEST_F(Receiving, CountsWhatTheKernelDropped) {
  const int bytes = 4096;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  Datagrams in(fd_);
  const auto from = client();
  constexpr std::uint32_t sent = 100;
  for (std::uint32_t i = 0; i < sent; ++i) from.send(std::string(200, 'x'));
  std::size_t received = in.receive();
  while (in.more()) received += in.receive();
  from.send("tells");
  ASSERT_EQ(in.receive(), 1U);
  EXPECT_EQ(in.take_dropped() + received, sent);
  EXPECT_EQ(in.take_dropped(), 0U);
}

TEST(Datagrams, TellsWhatDidNotFit) {
  int pair[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
  Datagrams in(pair[0]);
  const std::string large(Datagrams::datagram_bytes_max + 1, 'x');
  ASSERT_EQ(::send(pair[1], large.data(), large.size(), 0), static_cast<ssize_t>(large.size()));
  ASSERT_EQ(in.receive(), 1U);
  EXPECT_TRUE(in[0].truncated);
  EXPECT_EQ(in[0].bytes.size(), Datagrams::datagram_bytes_max);
  EXPECT_EQ(text_of(in[0].peer), "unix");
  ::close(pair[0]);
  ::close(pair[1]);
}

}  // namespace
}  // namespace weir::common
