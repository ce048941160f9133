#include "plugins/outputs/socket_writer/socket_writer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <future>
#include <string>
#include <system_error>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "plugins/common/tls/tls_server.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/temp_dir.hpp"

namespace weir::socket_writer {
namespace {

// A socket that somebody connects to; blocking.
class Server {
 public:
  static Server inet(int type) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return {AF_INET, type, &at, sizeof at};
  }
  static Server at_path(int type, const std::string& path) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path.copy(at.sun_path, sizeof at.sun_path - 1);
    return {AF_UNIX, type, &at, sizeof at};
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    hang_up();
    close(listening_);
  }
  std::string port() const {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    getsockname(listening_, reinterpret_cast<sockaddr*>(&at), &size);
    return std::to_string(ntohs(at.sin_port));
  }
  int take() { return connection_ = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC); }
  void hang_up() {
    if (connection_ >= 0) close(connection_);
    connection_ = -1;
  }
  // n bytes of the connection, or one message.
  std::string read(std::size_t n) const {
    std::string all(n, '\0');
    const ssize_t got = recv(connection_, all.data(), n, MSG_WAITALL);
    all.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return all;
  }
  std::string message() const {
    std::array<char, 70'000> bytes{};
    const ssize_t got = recv(listening_, bytes.data(), bytes.size(), 0);
    return {bytes.data(), got < 0 ? 0 : static_cast<std::size_t>(got)};
  }

 private:
  Server(int family, int type, const void* at, socklen_t size)
      : listening_(socket(family, type | SOCK_CLOEXEC, 0)) {
    if (listening_ < 0) throw std::system_error(errno, std::generic_category(), "socket");
    EXPECT_EQ(bind(listening_, static_cast<const sockaddr*>(at), size), 0);
    if (type != SOCK_DGRAM) {
      EXPECT_EQ(listen(listening_, 8), 0);
    }
  }
  int listening_, connection_ = -1;
};

testing::plugin writer(const std::string& address, const std::string& options = "") {
  return testing::plugin(testing::descriptor<SocketWriter>(),
                         "address = '" + address + "'\n" + options);
}

TEST(Address, HasTheNetworksOfGo) {
  const Address tcp = parse_address("tcp6://[2001:db8::1]:http");
  EXPECT_EQ(tcp.host, "2001:db8::1");
  EXPECT_EQ(tcp.service, "http");
  EXPECT_EQ(tcp.family, AF_INET6);
  EXPECT_TRUE(tcp.is_tcp());
  EXPECT_TRUE(parse_address("udp://:8094").has_messages());
  EXPECT_EQ(parse_address("unix:///a/b.sock").path, "/a/b.sock");
  EXPECT_FALSE(parse_address("unix:///a/b.sock").is_tcp());
  EXPECT_TRUE(parse_address("unixgram://b.sock").has_messages());
  const Address vsock = parse_address("vsock://2:8094");
  EXPECT_EQ(vsock.cid, 2U);
  EXPECT_EQ(vsock.port, 8094U);
}

TEST(Address, RefusesWhatIsNone) {
  for (const char* text : {"", "127.0.0.1:8094", "tcp://127.0.0.1", "tcp://127.0.0.1:",
                           "tcp://::1:8094", "http://a:1", "unix://", "vsock://a:b", "vsock://2"}) {
    EXPECT_THROW(parse_address(text), config_error) << text;
  }
  EXPECT_THROW(parse_address("unix://" + std::string(200, 'x')), config_error);
}

TEST(SocketWriter, RefusesWhatDoesNotFit) {
  EXPECT_THROW(writer("udp://127.0.0.1:1", "keep_alive_period = '1s'"), testing::failure);
  EXPECT_THROW(writer("udp://127.0.0.1:1", "tls_ca = '/a'"), testing::failure);
  EXPECT_THROW(writer("tcp://127.0.0.1:1", "content_encoding = 'brotli'"), testing::failure);
}

TEST(SocketWriter, SendsABatchOverAStream) {
  Server server = Server::inet(SOCK_STREAM);
  auto p = writer("tcp://127.0.0.1:" + server.port(), "keep_alive_period = '5m'");
  p.start();
  server.take();
  EXPECT_EQ(p.write({"m a=1i 1", "m a=2i 2"}), WEIR_OK);
  EXPECT_EQ(server.read(18), "m a=1i 1\nm a=2i 2\n");
  p.close();
}

TEST(SocketWriter, NoticesThatThePeerEndedTheConnection) {
  Server server = Server::inet(SOCK_STREAM);
  auto p = writer("tcp://127.0.0.1:" + server.port());
  p.start();
  server.take();
  server.hang_up();
  EXPECT_EQ(p.write({"m a=1i 1"}), WEIR_OK);
  server.take();
  EXPECT_EQ(server.read(9), "m a=1i 1\n");
  p.close();
}

TEST(SocketWriter, StartsWhenThePeerIsThere) {
  const test::TempDir dir;
  auto p = writer("unix://" + dir.file("s"));
  EXPECT_EQ(testing::failure_of([&] { p.start(); }).status, WEIR_E_RETRY);
  Server server = Server::at_path(SOCK_STREAM, dir.file("s"));
  p.start();
  server.take();
  EXPECT_EQ(p.write({"m a=1i 1"}), WEIR_OK);
  EXPECT_EQ(server.read(9), "m a=1i 1\n");
  p.close();
}

TEST(SocketWriter, SendsAMessagePerMetric) {
  const Server server = Server::inet(SOCK_DGRAM);
  auto p = writer("udp4://127.0.0.1:" + server.port());
  p.start();
  EXPECT_EQ(p.write({"m a=1i 1", "m a=2i 2"}), WEIR_OK);
  EXPECT_EQ(server.message(), "m a=1i 1\n");
  EXPECT_EQ(server.message(), "m a=2i 2\n");
  p.close();
}

TEST(SocketWriter, AMetricThatIsTooLargeIsLostAlone) {
  const Server server = Server::inet(SOCK_DGRAM);
  auto p = writer("udp://127.0.0.1:" + server.port());
  p.start();
  const std::string large = "m a=\"" + std::string(66'000, 'x') + "\" 1";
  EXPECT_EQ(p.write({"m a=1i 1", large, "m a=2i 2"}), WEIR_ASYNC);
  EXPECT_EQ(p.host().result_of(p.last_delivery()).rejected, (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(server.message(), "m a=1i 1\n");
  EXPECT_EQ(server.message(), "m a=2i 2\n");
  p.close();
}

TEST(SocketWriter, CompressesEachMetric) {
  const test::TempDir dir;
  const Server server = Server::at_path(SOCK_DGRAM, dir.file("s"));
  auto p = writer("unixgram://" + dir.file("s"), "content_encoding = 'gzip'");
  p.start();
  EXPECT_EQ(p.write({"m a=1i 1", "m a=2i 2"}), WEIR_OK);
  common::Decompressor gzip(common::Encoding::gzip, 1000);
  EXPECT_EQ(gzip.decompress(server.message()), "m a=1i 1\n");
  EXPECT_EQ(gzip.decompress(server.message()), "m a=2i 2\n");
  p.close();
}

TEST(SocketWriter, ADatagramThatNobodyTakesComesAgain) {
  const test::TempDir dir;
  auto p = writer("unixgram://" + dir.file("s"));
  {
    const Server server = Server::at_path(SOCK_DGRAM, dir.file("s"));
    p.start();
  }
  EXPECT_THROW(p.write({"m a=1i 1"}), testing::failure);
  p.close();
}

// Reads through TLS until the text is whole.
std::string read_tls(int descriptor, const test::Certificates& certificates, std::size_t n) {
  common::TlsServerOptions options;
  options.tls_cert = certificates.certificate("server");
  options.tls_key = certificates.key("server");
  const common::TlsServer tls(options, "");
  common::TlsStream stream = tls.accept(descriptor);
  std::string all;
  std::array<char, 100> piece{};
  while (all.size() < n) {
    const auto [bytes, next] = stream.read(piece.data(), piece.size());
    if (next == common::TlsStream::Next::end) break;
    all.append(piece.data(), bytes);
  }
  return all;
}

TEST(SocketWriter, SendsOverTls) {
  const test::Certificates certificates;
  Server server = Server::inet(SOCK_STREAM);
  auto p = writer("tcp://127.0.0.1:" + server.port(),
                  "tls_ca = '" + certificates.certificate("ca") + "'");
  auto read =
      std::async(std::launch::async, [&] { return read_tls(server.take(), certificates, 9); });
  p.start();
  EXPECT_EQ(p.write({"m a=1i 1"}), WEIR_OK);
  EXPECT_EQ(read.get(), "m a=1i 1\n");
  p.close();
}

}  // namespace
}  // namespace weir::socket_writer
