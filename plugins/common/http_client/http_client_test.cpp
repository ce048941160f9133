#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <weir/testing/failure.hpp>
#include <weir/testing/plugin.hpp>

#include "plugins/common/http_client/session.hpp"
#include "tests/support/http_server.hpp"

namespace weir::http {
namespace {

class HttpClient : public testing::Test {
 protected:
  std::string url(const std::string& path = "/") const { return server_.url() + path; }
  static ClientRequest post(std::string_view to, std::string_view body = "body") {
    ClientRequest request;
    request.url = to;
    request.body = body;
    return request;
  }
  static std::string failure(Client& client, const ClientRequest& request) {
    try {
      client.send(request);
    } catch (const retry& why) {
      return why.what();
    }
    return "none";
  }

  TestServer server_;
};

TEST_F(HttpClient, SendsAndHears) {
  server_.answer_with([](const TestRequest& request) {
    Response r = text_response(201, "for " + request.body);
    r.set("X-Hint", "yes");
    return r;
  });
  Client client({});
  const Fields fields{{"X-One", "1"}, {"X-None", ""}};
  const std::string to = url("/p?q=1");
  ClientRequest request = post(to, "text");
  request.fields = &fields;
  const Answer answer = client.send(request);
  EXPECT_EQ(answer.status, 201U);
  EXPECT_EQ(answer.body, "for text");
  EXPECT_EQ(answer.field("x-hint"), "yes");
  EXPECT_EQ(answer.field("none"), "");
  const TestRequest seen = server_.requests().at(0);
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/p?q=1");
  EXPECT_EQ(seen.field("x-one"), "1");
  EXPECT_TRUE(seen.has("x-none"));
  EXPECT_FALSE(seen.has("expect"));
}

TEST_F(HttpClient, UsesOneConnectionForManyRequests) {
  Client client({});
  const std::string large(3'000'000, 'x');
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.send(post(url(), large)).status, 204U);
  EXPECT_EQ(server_.connections(), 1U);
  EXPECT_TRUE(server_.requests().back().body == large);
}

TEST_F(HttpClient, KnowsTheMethods) {
  Client client({});
  for (const char* method : {"PUT", "PATCH", "POST", "GET", "POST"}) {
    const std::string to = url();
    ClientRequest request = post(to, "x");
    request.method = method;
    EXPECT_EQ(client.send(request).status, 204U);
    EXPECT_EQ(server_.requests().back().method, method);
    EXPECT_EQ(server_.requests().back().body, std::string(method) == "GET" ? "" : "x");
  }
}

TEST_F(HttpClient, SendsSeveralAtOnce) {
  server_.answer_with([](const TestRequest& r) { return text_response(200, r.body); });
  Client client({});
  const std::string to = url();
  std::vector<std::string> bodies;
  bodies.reserve(8);
  for (int i = 0; i < 8; ++i) bodies.push_back("body " + std::to_string(i));
  for (int round = 0; round < 2; ++round) {
    std::vector<ClientRequest> requests;
    requests.reserve(bodies.size());
    for (const std::string& body : bodies) requests.push_back(post(to, body));
    const auto answers = client.send_all(requests);
    for (std::size_t i = 0; i < bodies.size(); ++i) EXPECT_EQ(answers.at(i).body, bodies[i]);
  }
  EXPECT_LE(server_.connections(), 8U);
}

TEST_F(HttpClient, KeepsTheBeginOfALongAnswer) {
  server_.answer_with([](const TestRequest&) {
    return text_response(400, "first line\n" + std::string(1'000'000, 'x'));
  });
  Client client({});
  const Answer answer = client.send(post(url()));
  EXPECT_EQ(answer.body.size(), answer_bytes_max);
  EXPECT_EQ(answer.text(), "status 400: first line");
}

// Goal: a large answer goes where the caller wants it, whole or not at all.
TEST_F(HttpClient, PutsAnAnswerIntoTheCallersPlace) {
  const std::string large(1'000'000, 'x');
  server_.answer_with([&](const TestRequest&) { return text_response(200, large); });
  Client client({});
  std::string body = "old";
  const std::string to = url();
  ClientRequest request = post(to, "");
  request.method = "GET";
  request.into = &body;
  request.into_bytes_max = large.size();
  Answer answer = client.send_all({&request, 1}).front();
  EXPECT_EQ(answer.status, 200U);
  EXPECT_GT(answer.begun_after_ns, 0);
  EXPECT_EQ(answer.body, "");
  EXPECT_TRUE(body == large);
  request.into_bytes_max = large.size() - 1;
  answer = client.send_all({&request, 1}).front();
  EXPECT_EQ(answer.status, 0U);
  EXPECT_TRUE(answer.too_large);
  EXPECT_EQ(answer.failure, "the answer has more than 999999 bytes");
  request.into_bytes_max = large.size();
  EXPECT_EQ(client.send_all({&request, 1}).front().status, 200U);
}

TEST_F(HttpClient, UnderstandsRetryAfter) {
  std::string wish = "7";
  server_.answer_with([&](const TestRequest&) {
    Response r = text_response(503, "busy");
    r.set("Retry-After", wish);
    return r;
  });
  Client client({});
  EXPECT_EQ(client.send(post(url())).retry_after_ns, 7'000'000'000);
  wish = "999999999";
  EXPECT_EQ(client.send(post(url())).retry_after_ns, retry_after_max_ns);
  wish = "Sun, 06 Nov 1994 08:49:37 GMT";
  EXPECT_EQ(client.send(post(url())).retry_after_ns, 0);
}

TEST_F(HttpClient, FollowsRedirections) {
  server_.answer_with([](const TestRequest& request) {
    if (request.target == "/new") return text_response(200, request.body);
    Response r = text_response(307, "moved");
    r.set("Location", "/new");
    return r;
  });
  Client client({});
  const Answer answer = client.send(post(url("/old"), "kept"));
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.body, "kept");
}

TEST_F(HttpClient, SaysWhyThereIsNoAnswer) {
  Client client({});
  const std::string to = url();
  server_.stop();
  EXPECT_NE(failure(client, post(to)).find("onnect"), std::string::npos);
  EXPECT_NE(failure(client, post("ftp://127.0.0.1/")).find("rotocol"), std::string::npos);
  EXPECT_NE(failure(client, post("no url at all")), "none");
}

TEST_F(HttpClient, DoesNotWaitForEver) {
  server_.hold();
  ClientSettings whole;
  whole.timeout_ns = 50'000'000;
  Client in_whole(whole);
  EXPECT_NE(failure(in_whole, post(url())).find("timed out"), std::string::npos);
  ClientSettings begun;
  begun.response_timeout_ns = 50'000'000;
  Client to_begin(begun);
  EXPECT_NE(failure(to_begin, post(url())).find("response timeout"), std::string::npos);
  const std::string to = url();
  const ClientRequest two[] = {post(to), post(to)};
  for (const Answer& answer : to_begin.send_all(two)) EXPECT_EQ(answer.status, 0U);
}

TEST_F(HttpClient, GoesThroughAProxy) {
  ClientSettings settings;
  settings.proxy = server_.url();
  Client client(settings);
  EXPECT_EQ(client.send(post("http://example.invalid/x")).status, 204U);
  EXPECT_EQ(server_.requests().at(0).target, "http://example.invalid/x");
}

TEST_F(HttpClient, ConnectsFromAnAddressAndToAUnixSocket) {
  ClientSettings settings;
  settings.local_address = "127.0.0.1";
  Client client(settings);
  EXPECT_EQ(client.send(post(url())).status, 204U);
  const test::TempDir folder;
  const TestServer by_path("unix://" + folder.file("sock"));
  ClientSettings unix_settings;
  unix_settings.unix_socket = folder.file("sock");
  Client unix_client(unix_settings);
  EXPECT_EQ(unix_client.send(post("http://localhost/write")).status, 204U);
  const std::string path = folder.file("sock");
  ClientRequest by_request = post("http://localhost/write", "body");
  by_request.unix_socket = path;
  EXPECT_EQ(Client({}).send(by_request).status, 204U);
}

// ---- TLS ----

class HttpsClient : public testing::Test {
 protected:
  static const test::Certificates& certificates() {
    static const test::Certificates made;
    return made;
  }
  static ClientSettings trusting() {
    ClientSettings s;
    s.tls.tls_ca = certificates().certificate("ca");
    return s;
  }
  // The status, or why there is none.
  static std::string ask(const ClientSettings& settings, const std::string& url) {
    Client client(settings);
    ClientRequest request;
    request.url = url;
    const Answer answer = client.send_all({&request, 1}).front();
    return answer.status == 0 ? answer.failure : std::to_string(answer.status);
  }
  TestServer server_{"tcp://127.0.0.1:0", &certificates()};
};

TEST_F(HttpsClient, KnowsItsServer) {
  EXPECT_EQ(ask(trusting(), server_.url()), "204");
  EXPECT_NE(ask({}, server_.url()).find("certificate"), std::string::npos);
  ClientSettings careless;
  careless.tls.insecure_skip_verify = true;
  EXPECT_EQ(ask(careless, server_.url()), "204");
  ClientSettings minimum = trusting();
  minimum.tls.tls_min_version = "TLS13";
  EXPECT_EQ(ask(minimum, server_.url()), "204");
}

TEST_F(HttpsClient, AsksForAnotherName) {
  ClientSettings other = trusting();
  other.tls.tls_server_name = "example.org";
  EXPECT_NE(ask(other, server_.url() + "/p?q").find("example.org"), std::string::npos);
  other.tls.tls_server_name = "localhost";
  EXPECT_EQ(ask(other, server_.url() + "/p?q"), "204");
  EXPECT_EQ(server_.requests().back().target, "/p?q");
  EXPECT_EQ("https://" + std::string(server_.requests().back().field("host")), server_.url());
}

TEST_F(HttpsClient, ShowsItsCertificate) {
  const TestServer careful("tcp://127.0.0.1:0", &certificates(), true);
  ClientSettings settings = trusting();
  EXPECT_NE(ask(settings, careful.url()), "204");
  settings.tls.tls_cert = certificates().certificate("client");
  settings.tls.tls_key = certificates().key("client");
  EXPECT_EQ(ask(settings, careful.url()), "204");
  settings.tls.tls_key = "/none";
  EXPECT_NE(ask(settings, careful.url()).find("/none"), std::string::npos);
}

// ---- sessions ----

// A plugin that has nothing but the options.
struct Holder : SessionOptions {
  static constexpr info meta{"holder", "1.0.0", "Holds options", 0};
  static constexpr auto options = session_options;
  weir::host self;
  void init() { check(); }
  void write(const delivery&) {
    if (!session) session = std::make_unique<Session>(*this, self);
    ClientRequest request;
    request.url = target;
    answer = session->send(request);
  }
  static inline std::string target;
  static inline Answer answer;
  std::unique_ptr<Session> session;
};

class HttpSession : public HttpClient {
 protected:
  void use(const std::string& toml) {
    Holder::target = url("/data");
    plugin_ = std::make_unique<weir::testing::plugin>(weir::testing::descriptor<Holder>(), toml);
  }
  unsigned send() {
    plugin_->write({"m v=1 1"});
    return Holder::answer.status;
  }
  std::unique_ptr<weir::testing::plugin> plugin_;
};

TEST_F(HttpSession, GetsATokenAndKeepsIt) {
  int tokens = 0;
  bool valid = true;
  server_.answer_with([&](const TestRequest& request) {
    if (request.target != "/token") {
      return text_response(valid ? 200 : 401, "");
    }
    ++tokens;
    return text_response(200, R"({"access_token":"t)" + std::to_string(tokens) +
                                  R"(","token_type":"bearer","expires_in":3600})");
  });
  use("client_id = 'me'\nclient_secret = 's 1'\naudience = 'a'\nscopes = ['x', 'y']\ntoken_url = "
      "'" +
      url("/token") + "'");
  EXPECT_EQ(send(), 200U);
  EXPECT_EQ(send(), 200U);
  EXPECT_EQ(tokens, 1);
  const TestRequest asked = server_.requests().at(0);
  EXPECT_EQ(asked.body, "grant_type=client_credentials&scope=x+y&audience=a");
  EXPECT_EQ(asked.field("authorization"), "Basic bWU6cysx");
  EXPECT_EQ(server_.requests().at(2).field("authorization"), "Bearer t1");
  valid = false;
  EXPECT_EQ(send(), 401U);
  valid = true;
  EXPECT_EQ(send(), 200U);
  EXPECT_EQ(server_.requests().back().field("authorization"), "Bearer t2");
}

TEST_F(HttpSession, ShowsItsSecretWhereTheServerLooks) {
  server_.answer_with([](const TestRequest& request) {
    if (request.target != "/token") return text_response(200, "");
    if (request.has("authorization")) return text_response(401, "not there");
    return text_response(200, R"({"access_token":"t","expires_in":"1"})");
  });
  use("client_id = 'me'\nclient_secret = 's'\ntoken_url = '" + url("/token") + "'");
  EXPECT_EQ(send(), 200U);
  EXPECT_NE(server_.requests().at(1).body.find("client_id=me&client_secret=s"), std::string::npos);
}

TEST_F(HttpSession, SaysWhyThereIsNoToken) {
  server_.answer_with([](const TestRequest&) { return text_response(200, "{}"); });
  use("client_id = 'me'\nclient_secret = 's'\ntoken_url = '" + url("/token") + "'");
  const auto why = weir::testing::failure_of([&] { send(); });
  EXPECT_EQ(why.status, WEIR_E_RETRY);
  EXPECT_NE(why.message.find("access_token"), std::string::npos) << why.message;
}

TEST_F(HttpSession, GetsACookieFirst) {
  server_.answer_with([](const TestRequest& request) {
    Response r = text_response(200, "");
    if (request.target == "/login") r.set("Set-Cookie", "auth=secret; Path=/");
    return r;
  });
  use("cookie_auth_username = 'u'\ncookie_auth_password = 'p'\ncookie_auth_body = 'let me in'\n"
      "cookie_auth_headers = {X-A = 'b'}\ncookie_auth_url = '" +
      url("/login") + "'");
  EXPECT_EQ(send(), 200U);
  EXPECT_EQ(send(), 200U);
  const auto seen = server_.requests();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[0].method, "POST");
  EXPECT_EQ(seen[0].body, "let me in");
  EXPECT_EQ(seen[0].field("authorization"), "Basic dTpw");
  EXPECT_EQ(seen[0].field("x-a"), "b");
  EXPECT_EQ(seen[2].field("cookie"), "auth=secret");
  EXPECT_FALSE(seen[2].has("authorization"));
}

TEST_F(HttpSession, SaysWhyThereIsNoCookie) {
  server_.answer_with([](const TestRequest&) { return text_response(403, "go away"); });
  use("cookie_auth_url = '" + url("/login") + "'");
  const auto why = weir::testing::failure_of([&] { send(); });
  EXPECT_NE(why.message.find("go away"), std::string::npos) << why.message;
}

TEST_F(HttpSession, RefusesOptionsThatAreWrong) {
  const auto refused = [&](const std::string& toml) {
    return weir::testing::failure_of([&] { use(toml); }).path;
  };
  EXPECT_EQ(refused("token_url = 'nowhere'"), "token_url");
  EXPECT_EQ(refused("cookie_auth_url = '/login'"), "cookie_auth_url");
  EXPECT_EQ(refused("use_system_proxy = true\nhttp_proxy_url = 'http://p'"), "http_proxy_url");
}

TEST(Token, IsRead) {
  EXPECT_EQ(read_token(R"( {"access_token":"a\"b","token_type":"MAC"})").authorization, "MAC a\"b");
  EXPECT_EQ(read_token(R"({"expires_in":60,"access_token":"a"})").lifetime_ns, 60'000'000'000);
  for (const char* none : {"", "{", "[]", R"({"access_token":""})", R"({"error":"x"})"}) {
    EXPECT_THROW(read_token(none), retry) << none;
  }
}

}  // namespace
}  // namespace weir::http
