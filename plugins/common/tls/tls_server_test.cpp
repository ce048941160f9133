#include "plugins/common/tls/tls_server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/certificates.hpp"
#include "tests/support/tls_client.hpp"

namespace weir::common {
namespace {

const test::Certificates& certificates() {
  static const test::Certificates made;
  return made;
}

TlsServerOptions server_options() {
  TlsServerOptions o;
  o.tls_cert = certificates().certificate("server");
  o.tls_key = certificates().key("server");
  return o;
}
test::TlsClient::Options client_options(const std::string& name = {}) {
  test::TlsClient::Options o;
  o.ca = certificates().certificate("ca");
  if (!name.empty()) {
    o.certificate = certificates().certificate(name);
    o.key = certificates().key(name);
  }
  return o;
}

// Two ends of a connection; the server's does not block.
struct Ends {
  Ends() {
    std::array<int, 2> both{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both.data()), 0);
    client = both[0];
    server = both[1];
    fcntl(server, F_SETFL, O_NONBLOCK);
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
  ~Ends() { ::close(server); }
  int client, server;
};

// Everything that comes until the end, or why it was refused.
std::string read_all(TlsStream& stream, int descriptor) {
  std::string all;
  std::array<char, 1000> piece{};
  try {
    while (true) {
      const TlsStream::Result got = stream.read(piece.data(), piece.size());
      all.append(piece.data(), got.bytes);
      if (got.next == TlsStream::Next::end) return all;
      if (got.next == TlsStream::Next::read) continue;
      const bool writing = got.next == TlsStream::Next::wait_writable;
      pollfd wait{descriptor, static_cast<short>(writing ? POLLOUT : POLLIN), 0};
      poll(&wait, 1, -1);
    }
  } catch (const fail& why) {
    return std::string("refused: ") + why.what();
  }
}

// What a server with these options reads from such a client.
std::string exchange(const TlsServerOptions& options, const test::TlsClient::Options& with,
                     const std::string& text, bool proper_end = true,
                     const std::string& password = {}) {
  const TlsServer server(options, password);
  const Ends ends;
  std::thread client([&] {
    test::TlsClient tls(ends.client, with);
    if (tls.connect() && tls.write(text) && proper_end) tls.shutdown();
  });
  TlsStream stream = server.accept(ends.server);
  std::string all = read_all(stream, ends.server);
  stream.close();
  ::shutdown(ends.server, SHUT_RDWR);
  client.join();
  return all;
}

TEST(TlsServer, ReadsWhatTheClientWrites) {
  const std::string text(100'000, 'x');
  EXPECT_EQ(exchange(server_options(), client_options(), text), text);
}

TEST(TlsServer, KeepsWhatCameBeforeTheClientJustClosed) {
  EXPECT_EQ(exchange(server_options(), client_options(), "text", false), "text");
}

TEST(TlsServer, SpeaksTls12) {
  auto client = client_options();
  client.max_version = TLS1_2_VERSION;
  EXPECT_EQ(exchange(server_options(), client, "text"), "text");
}

TEST(TlsServer, RefusesOlderVersionsUnlessAsked) {
  auto client = client_options();
  client.max_version = TLS1_VERSION;
  EXPECT_TRUE(exchange(server_options(), client, "text").starts_with("refused: TLS"));
  auto options = server_options();
  options.tls_min_version = "TLS10";
  EXPECT_EQ(exchange(options, client, "text"), "text");
}

TEST(TlsServer, LimitsTheSuites) {
  auto options = server_options();
  options.tls_cipher_suites = {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305", "TLS_AES_128_GCM_SHA256"};
  EXPECT_EQ(exchange(options, client_options(), "text"), "text");
}

TEST(TlsServer, WantsCertificatesOfItsAuthorities) {
  auto options = server_options();
  options.tls_allowed_cacerts = {certificates().certificate("ca")};
  EXPECT_EQ(exchange(options, client_options("client"), "text"), "text");
  EXPECT_TRUE(exchange(options, client_options(), "text").starts_with("refused"));
  EXPECT_TRUE(exchange(options, client_options("stranger"), "text").starts_with("refused"));
}

TEST(TlsServer, WantsOneOfItsNames) {
  auto options = server_options();
  options.tls_allowed_cacerts = {certificates().certificate("ca")};
  options.tls_allowed_dns_names = {"other.example.org", "client.example.org"};
  EXPECT_EQ(exchange(options, client_options("client"), "text"), "text");
  options.tls_allowed_dns_names.pop_back();
  EXPECT_TRUE(exchange(options, client_options("client"), "text").starts_with("refused"));
}

TEST(TlsServer, OpensALockedKey) {
  auto options = server_options();
  options.tls_key = certificates().locked_key("changeme");
  EXPECT_EQ(exchange(options, client_options(), "text", true, "changeme"), "text");
  EXPECT_THROW(TlsServer(options, "wrong"), config_error);
}

TEST(TlsServer, RefusesBytesThatAreNotTls) {
  const TlsServer server(server_options(), "");
  const Ends ends;
  TlsStream stream = server.accept(ends.server);
  constexpr std::string_view text = "m,t=a v=1i 1\n";
  EXPECT_EQ(::write(ends.client, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  EXPECT_TRUE(read_all(stream, ends.server).starts_with("refused"));
  stream.close();
  ::close(ends.client);
}

// The option that a set of options is refused for.
template <typename F>
std::string refused(F&& make) {
  try {
    make();
  } catch (const config_error& why) {
    return why.path();
  }
  return "none";
}

TEST(TlsServerOptions, NameTheWrongOne) {
  const auto check = [](auto&& change) {
    TlsServerOptions o = server_options();
    change(o);
    return refused([&] { o.check(); });
  };
  using O = TlsServerOptions;
  EXPECT_EQ(check([](O&) {}), "none");
  EXPECT_EQ(check([](O& o) { o.tls_min_version = "TLS9"; }), "tls_min_version");
  EXPECT_EQ(check([](O& o) { o.tls_max_version = "1.2"; }), "tls_max_version");
  EXPECT_EQ(check([](O& o) { o.tls_max_version = "TLS11"; }), "tls_min_version");
  EXPECT_EQ(check([](O& o) { o.tls_cipher_suites = {"TLS_NONE"}; }), "tls_cipher_suites");
  EXPECT_EQ(check([](O& o) { o.tls_key.clear(); }), "tls_key");
  EXPECT_EQ(check([](O& o) { o.tls_cert.clear(); }), "tls_cert");
  EXPECT_EQ(check([](O& o) { o.tls_allowed_dns_names = {"a"}; }), "tls_allowed_dns_names");
}

TEST(TlsServerOptions, NameTheFileThatCannotBeUsed) {
  const auto load = [](auto&& change) {
    TlsServerOptions o = server_options();
    change(o);
    return refused([&] { TlsServer(o, ""); });
  };
  using O = TlsServerOptions;
  EXPECT_EQ(load([](O&) {}), "none");
  EXPECT_EQ(load([](O& o) { o.tls_cert = "/none"; }), "tls_cert");
  EXPECT_EQ(load([](O& o) { o.tls_key = "/none"; }), "tls_key");
  EXPECT_EQ(load([](O& o) { o.tls_key = certificates().key("client"); }), "tls_key");
  EXPECT_EQ(load([](O& o) { o.tls_allowed_cacerts = {"/none"}; }), "tls_allowed_cacerts");
}

}  // namespace
}  // namespace weir::common
