#include "plugins/common/sockets/connections.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <gtest/gtest.h>

#include <weir/testing/listen.hpp>

#include "tests/support/socket_client.hpp"

namespace weir::common {
namespace {

int option(int fd, int level, int name) {
  int value = -1;
  socklen_t n = sizeof value;
  ::getsockopt(fd, level, name, &value, &n);
  return value;
}

TEST(Connections, AreAcceptedWithTheirPeer) {
  weir::testing::listeners sockets;
  weir_listen_opts how{};
  int fd = -1;
  ASSERT_EQ(sockets.open("tcp://127.0.0.1:0", how, &fd, nullptr), WEIR_OK);
  const Accepted none = accept_connection(fd);
  EXPECT_EQ(none.descriptor, -1);
  EXPECT_EQ(none.error, EAGAIN);
  EXPECT_FALSE(none.try_next());
  EXPECT_FALSE(none.exhausted());

  const auto client = test::SocketClient::tcp(sockets.all()[0].port);
  const Accepted made = accept_connection(fd);
  ASSERT_GE(made.descriptor, 0);
  EXPECT_EQ(ip_of(made.peer), "127.0.0.1");
  EXPECT_EQ(text_of(made.peer).find("127.0.0.1:"), 0U);
  ::close(made.descriptor);
}

TEST(Connections, TellWhatToDoAboutAnError) {
  Accepted got;
  got.error = EMFILE;
  EXPECT_TRUE(got.exhausted());
  got.error = ECONNABORTED;
  EXPECT_TRUE(got.try_next());
}

TEST(KeepAlive, IsSetInWholeSeconds) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  set_keep_alive(fd, true, 90'500'000'000);
  EXPECT_EQ(option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPIDLE), 90);
  set_keep_alive(fd, true, 1);
  EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPINTVL), 1);
  set_keep_alive(fd, true, 0);
  EXPECT_EQ(option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPINTVL), 1);
  set_keep_alive(fd, false, 5'000'000'000);
  EXPECT_EQ(option(fd, SOL_SOCKET, SO_KEEPALIVE), 0);
  ::close(fd);
}

TEST(PeerText, OfEachFamily) {
  sockaddr_storage peer{};
  peer.ss_family = AF_UNIX;
  EXPECT_EQ(text_of(peer), "unix");
  EXPECT_EQ(ip_of(peer), "");
  auto& v6 = reinterpret_cast<sockaddr_in6&>(peer);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(4711);
  v6.sin6_addr = in6addr_loopback;
  EXPECT_EQ(text_of(peer), "[::1]:4711");
  EXPECT_EQ(ip_of(peer), "::1");
}

}  // namespace
}  // namespace weir::common
