#include "plugins/common/sockets/listening_socket.hpp"

#include <gtest/gtest.h>

#include <weir/testing/failure.hpp>
#include <weir/testing/host.hpp>

namespace weir::common {
namespace {

TEST(SocketMode, IsOctal) {
  EXPECT_EQ(parse_socket_mode(""), 0U);
  EXPECT_EQ(parse_socket_mode("770"), 0770U);
  for (const char* wrong : {"999", "1777", "rw"}) {
    EXPECT_THROW(parse_socket_mode(wrong), config_error) << wrong;
  }
}

TEST(ListeningSocket, BelongsToTheHost) {
  testing::host home(WEIR_OWN_THREADS);
  const host handle(home.table());
  {
    const ListeningSocket listening(handle, "tcp://127.0.0.1:0", "listen");
    EXPECT_EQ(listening.descriptor(), home.listening().all().at(0).fd);
  }
  EXPECT_TRUE(home.listening().all().empty());
  EXPECT_THROW(ListeningSocket(handle, "nowhere", "listen"), config_error);
}

}  // namespace
}  // namespace weir::common
