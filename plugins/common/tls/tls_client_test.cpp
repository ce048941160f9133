#include "plugins/common/tls/tls_client.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "plugins/common/tls/tls_server.hpp"
#include "tests/support/certificates.hpp"

namespace weir::common {
namespace {

const test::Certificates& certificates() {
  static const test::Certificates made;
  return made;
}

TlsClientOptions client_options() {
  TlsClientOptions o;
  o.tls_ca = certificates().certificate("ca");
  return o;
}

class Ends {
 public:
  Ends() {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, both_.data()), 0);
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
  ~Ends() {
    for (const int end : both_) close(end);
  }
  int client() const { return both_[0]; }
  int server() const { return both_[1]; }

 private:
  std::array<int, 2> both_{};
};

// Lets a client say something to a server and hear its echo, in turns. The echo, or why there is none.
std::string echo(const TlsClientOptions& options, const std::string& host,
                 bool client_certificate_wanted = false) {
  TlsServerOptions server_options;
  server_options.tls_cert = certificates().certificate("server");
  server_options.tls_key = certificates().key("server");
  if (client_certificate_wanted) {
    server_options.tls_allowed_cacerts = {certificates().certificate("ca")};
  }
  const TlsServer server(server_options, "");
  const TlsClient client(options, "");
  const Ends ends;
  TlsStream here = client.connect(ends.client(), host);
  TlsStream there = server.accept(ends.server());
  const std::string text(50'000, 'x');
  std::size_t sent = 0;
  std::size_t echoed = 0;
  std::string at_server;
  std::string back;
  std::array<char, 4000> piece{};
  try {
    for (int turn = 0; turn < 1000 && back.size() < text.size(); ++turn) {
      if (sent < text.size()) sent += here.write(text.data() + sent, text.size() - sent).bytes;
      at_server.append(piece.data(), there.read(piece.data(), piece.size()).bytes);
      echoed += there.write(at_server.data() + echoed, at_server.size() - echoed).bytes;
      back.append(piece.data(), here.read(piece.data(), piece.size()).bytes);
    }
  } catch (const fail& why) {
    return std::string("refused: ") + why.what();
  }
  here.close();
  return back == text ? "echo" : "lost";
}

TEST(TlsClient, KnowsItsServerByName) {
  EXPECT_EQ(echo(client_options(), "localhost"), "echo");
  EXPECT_EQ(echo(client_options(), "127.0.0.1"), "echo");
  EXPECT_TRUE(echo(client_options(), "example.org").starts_with("refused"));
  EXPECT_TRUE(echo(client_options(), "127.0.0.2").starts_with("refused"));
  TlsClientOptions named = client_options();
  named.tls_server_name = "localhost";
  EXPECT_EQ(echo(named, "example.org"), "echo");
}

TEST(TlsClient, TrustsItsAuthoritiesUnlessToldNotToAsk) {
  TlsClientOptions stranger = client_options();
  stranger.tls_ca = certificates().certificate("stranger-ca");
  EXPECT_TRUE(echo(stranger, "localhost").starts_with("refused"));
  stranger.insecure_skip_verify = true;
  EXPECT_EQ(echo(stranger, "example.org"), "echo");
  EXPECT_TRUE(echo({}, "localhost").starts_with("refused"));
}

TEST(TlsClient, ShowsItsCertificate) {
  TlsClientOptions known = client_options();
  known.tls_cert = certificates().certificate("client");
  known.tls_key = certificates().key("client");
  EXPECT_EQ(echo(known, "localhost", true), "echo");
  EXPECT_TRUE(echo(client_options(), "localhost", true).starts_with("refused"));
}

TEST(TlsClient, TakesSuitesByTheirWords) {
  for (const char* word : {"secure", "all", "TLS_AES_128_GCM_SHA256"}) {
    TlsClientOptions o = client_options();
    o.tls_cipher_suites = {word};
    o.check();
    EXPECT_EQ(echo(o, "localhost"), "echo") << word;
  }
}

TEST(TlsClient, SpeaksWithEveryMethodOfRenegotiation) {
  for (const char* method : TlsClientOptions::renegotiations) {
    TlsClientOptions o = client_options();
    o.tls_renegotiation_method = method;
    EXPECT_EQ(echo(o, "localhost"), "echo") << method;
  }
}

TEST(TlsClientOptions, AskForTls) {
  using O = TlsClientOptions;
  const auto wanted = [](auto&& change) {
    TlsClientOptions o;
    change(o);
    return o.wanted();
  };
  EXPECT_FALSE(wanted([](O&) {}));
  EXPECT_TRUE(wanted([](O& o) { o.tls_ca = "/ca"; }));
  EXPECT_TRUE(wanted([](O& o) { o.insecure_skip_verify = true; }));
  EXPECT_FALSE(wanted([](O& o) { o.tls_min_version = "TLS13"; }));
  EXPECT_FALSE(wanted([](O& o) { o.tls_renegotiation_method = "never"; }));
  EXPECT_TRUE(wanted([](O& o) { o.tls_enable = true; }));
  EXPECT_FALSE(wanted([](O& o) {
    o.tls_ca = "/ca";
    o.tls_enable = false;
  }));
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

TEST(TlsClientOptions, NameTheWrongOne) {
  using O = TlsClientOptions;
  const auto check = [](auto&& change) {
    TlsClientOptions o = client_options();
    change(o);
    return refused([&] {
      o.check();
      TlsClient(o, "");
    });
  };
  EXPECT_EQ(check([](O&) {}), "none");
  EXPECT_EQ(check([](O& o) { o.tls_min_version = "SSL3"; }), "tls_min_version");
  EXPECT_EQ(check([](O& o) { o.tls_cipher_suites = {"TLS_NONE"}; }), "tls_cipher_suites");
  EXPECT_EQ(check([](O& o) { o.tls_ca = "/none"; }), "tls_ca");
  EXPECT_EQ(check([](O& o) { o.tls_cert = o.tls_key = "/none"; }), "tls_cert");
  EXPECT_EQ(check([](O& o) { o.tls_cert = "/none"; }), "none");
}

TEST(TlsClientOptions, SayWhatDoesNothing) {
  TlsClientOptions o;
  EXPECT_EQ(o.without_effect(), "");
  o.tls_cert = "/cert";
  EXPECT_NE(o.without_effect().find("without tls_key"), std::string::npos);
  o.tls_key = "/key";
  EXPECT_EQ(o.without_effect(), "");
}

}  // namespace
}  // namespace weir::common
