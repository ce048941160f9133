#include "plugins/inputs/http_listener_v2/http_listener_v2.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "plugins/common/compression/compression.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/temp_dir.hpp"

namespace weir::http_listener {
namespace {

using http::TestClient;
using weir::testing::failure_of;
using weir::testing::lines;

std::string post(const std::string& body, const std::string& fields = {},
                 const std::string& target = "/telegraf", const std::string& method = "POST") {
  return method + ' ' + target + " HTTP/1.1\r\nHost: h\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class HttpListenerInput : public testing::Test {
 protected:
  void use(const std::string& toml = {}) {
    plugin_ = std::make_unique<weir::testing::plugin>(weir::testing::descriptor<HttpListener>(),
                                                      "service_address = '127.0.0.1:0'\n" + toml);
    plugin_->start();
  }
  weir::testing::host& home() { return plugin_->host(); }
  TestClient client() { return TestClient(home().port()); }
  // The rows of what was emitted, which the parser is done with then.
  lines parsed(std::size_t rows, std::uint64_t bad = 0, const std::string& reason = {}) {
    EXPECT_TRUE(home().wait_rows(rows));
    for (const std::uint64_t cookie : home().unparsed()) home().parsed(cookie, 1, bad, reason);
    plugin_->events();
    return plugin_->take_rows();
  }
  // Of a request that is not emitted.
  std::string refused(const std::string& request) { return client().ask(request); }
  static std::string body_of(const std::string& answer) {
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }
  static int status_of(const std::string& answer) { return std::stoi(answer.substr(9, 3)); }

  std::unique_ptr<weir::testing::plugin> plugin_;
};

TEST_F(HttpListenerInput, AnswersWhenTheMetricsAreSafeWhereAskedTo) {
  use("answer_after = 'safe'");
  TestClient c = client();
  for (const weir_status status : {WEIR_OK, WEIR_E_FAIL}) {
    c.send(post("m v=1 1\n"));
    parsed(1);
    ASSERT_EQ(home().unacked().size(), 1U);
    home().ack_all(status);
    plugin_->events();
    EXPECT_EQ(status_of(c.answer()), status == WEIR_OK ? 204 : 503);
  }
}

TEST_F(HttpListenerInput, WhatCannotBeReadIsAnsweredAtOnce) {
  use("answer_after = 'safe'");
  TestClient c = client();
  c.send(post("bad\n"));
  parsed(1, 1, "no fields");
  EXPECT_EQ(status_of(c.answer()), 400);
}

TEST_F(HttpListenerInput, AnswersWhenTheBodyIsParsed) {
  use();
  TestClient c = client();
  for (int i = 0; i < 2; ++i) {
    c.send(post("m v=1 1\n"));
    EXPECT_EQ(parsed(1), lines{"raw document session=0 last \"m v=1 1\\n\""});
    EXPECT_EQ(status_of(c.answer()), 204);
  }
  EXPECT_EQ(home().emits().at(0).lane, home().emits().at(1).lane);
}

TEST_F(HttpListenerInput, SaysWhatCouldNotBeParsed) {
  use("http_headers = {X-A = 'b'}");
  TestClient c = client();
  c.send(post("x"));
  parsed(1, 2, "no \"value\"");
  const std::string answer = c.answer();
  EXPECT_EQ(status_of(answer), 400);
  EXPECT_EQ(
      body_of(answer),
      R"({"error":"http: bad request: 2 records could not be read, the first: no \"value\""})");
  EXPECT_NE(answer.find("X-A: b\r\n"), std::string::npos);
}

TEST_F(HttpListenerInput, AnswersWithItsOwnStatusAndHeaders) {
  use("http_success_code = 202\nhttp_headers = {X-A = 'b'}");
  TestClient c = client();
  c.send(post("x"));
  parsed(1);
  const std::string answer = c.answer();
  EXPECT_EQ(status_of(answer), 202);
  EXPECT_NE(answer.find("X-A: b\r\n"), std::string::npos);
  EXPECT_NE(refused(post("x", "", "/no")).find("X-A: b\r\n"), std::string::npos);
}

TEST_F(HttpListenerInput, TagsWithPathAndHeaders) {
  use("paths = ['/a', '/b']\npath_tag = true\n[http_header_tags]\nX-Room = 'room'\nX-No = 'no'");
  TestClient c = client();
  c.send(post("x", "x-room: kitchen\r\nX-Room: hall\r\n", "/b?q=1"));
  EXPECT_EQ(parsed(1), lines{"raw document session=0 last \"x\" "
                             "http_listener_v2_path=/b,room=kitchen"});
}

TEST_F(HttpListenerInput, TakesTheQueryWhereItIsToldTo) {
  use("data_source = 'query'\nmethods = ['GET', 'POST']");
  TestClient c = client();
  c.send("GET /telegraf?host=server+1&value=0%2e42 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(parsed(1), lines{"raw document session=0 last \"host=server 1&value=0.42\""});
  EXPECT_EQ(status_of(c.answer()), 204);
  c.send(post("thrown away", "", "/telegraf?a"));
  EXPECT_EQ(parsed(1), lines{"raw document session=0 last \"a\""});
  EXPECT_EQ(status_of(c.answer()), 204);
  EXPECT_EQ(status_of(refused("GET /telegraf?%zz HTTP/1.1\r\nHost: h\r\n\r\n")), 400);
}

TEST_F(HttpListenerInput, RefusesWhatItIsNotFor) {
  use("basic_username = 'u'\nbasic_password = 'p'\nmax_body_size = '8B'");
  const std::string known = "Authorization: Basic dTpw\r\n";
  EXPECT_EQ(status_of(refused(post("x"))), 401);
  EXPECT_EQ(status_of(refused(post("x", "Authorization: Basic xxxx\r\n"))), 401);
  EXPECT_EQ(status_of(refused(post("x", known, "/other"))), 404);
  EXPECT_EQ(status_of(refused(post("x", known, "/telegraf", "DELETE"))), 405);
  const std::string answer = refused(post("123456789", known));
  EXPECT_EQ(status_of(answer), 413);
  EXPECT_EQ(body_of(answer), R"({"error":"http: request body too large"})");
  EXPECT_TRUE(home().emits().empty());
  EXPECT_EQ(status_of(refused(post("", known))), 204);  // nothing to parse
}

TEST_F(HttpListenerInput, DecodesBodiesAndBoundsWhatTheyBecome) {
  use("max_body_size = '100KiB'");
  common::Compressor gzip(common::Encoding::gzip);
  const std::string text(70'000, 'x');
  TestClient c = client();
  c.send(post(std::string(gzip.compress(text)), "Content-Encoding: gzip\r\n"));
  EXPECT_EQ(parsed(1), lines{"raw document session=0 last \"" + text + "\""});
  EXPECT_EQ(status_of(c.answer()), 204);
  const std::string bomb(8'000'000, 'x');
  EXPECT_EQ(
      status_of(refused(post(std::string(gzip.compress(bomb)), "Content-Encoding: gzip\r\n"))),
      413);
  EXPECT_EQ(status_of(refused(post("x", "Content-Encoding: gzip\r\n"))), 400);
  EXPECT_EQ(status_of(refused(post("x", "Content-Encoding: br\r\n"))), 415);
}

TEST_F(HttpListenerInput, GrowsWithTheBody) {
  use();
  TestClient c = client();
  const std::string text(300'000, 'y');
  c.send(post(text));
  EXPECT_EQ(parsed(1), lines{"raw document session=0 last \"" + text + "\""});
  EXPECT_EQ(status_of(c.answer()), 204);
  c.send(
      "POST /telegraf HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(parsed(1), lines{"raw document session=0 last \"abcde\""});
  EXPECT_EQ(status_of(c.answer()), 204);
}

TEST_F(HttpListenerInput, WaitsForRoomAndForgetsWhatBreaksOff) {
  use();
  home().block();
  TestClient c = client();
  c.send(post("later"));
  {
    TestClient broken = client();
    broken.send("POST /telegraf HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n12345");
  }
  TestClient other = client();
  EXPECT_EQ(status_of(other.ask(post("x", "", "/no"))), 404);  // who is not to wait does not
  home().unblock();
  plugin_->events();
  EXPECT_EQ(parsed(1), lines{"raw document session=0 last \"later\""});
  EXPECT_EQ(status_of(c.answer()), 204);
}

TEST_F(HttpListenerInput, AnswersAfterItsEndBegan) {
  use();
  TestClient c = client();
  c.send(post("x"));
  EXPECT_TRUE(home().wait_rows(1));
  home().parsed(home().unparsed().at(0), 0, 0, "", WEIR_CLOSED);
  plugin_->events();
  EXPECT_EQ(status_of(c.answer()), 503);
  plugin_->stop();
  EXPECT_EQ(home().buffers_out(), 0U);
}

TEST_F(HttpListenerInput, ListensOnAUnixSocket) {
  const test::TempDir folder;
  plugin_ = std::make_unique<weir::testing::plugin>(
      weir::testing::descriptor<HttpListener>(),
      "service_address = 'unix://" + folder.file("s") + "'\nsocket_mode = '600'");
  plugin_->start();
  TestClient c(folder.file("s"));
  c.send(post("x"));
  parsed(1);
  EXPECT_EQ(status_of(c.answer()), 204);
}

TEST_F(HttpListenerInput, RefusesOptionsThatAreWrong) {
  const auto path_of = [](const std::string& toml) {
    return failure_of([&] {
             weir::testing::plugin(weir::testing::descriptor<HttpListener>(), toml).start();
           })
        .path;
  };
  EXPECT_EQ(path_of("paths = ['/a', 'b']"), "paths[1]");
  EXPECT_EQ(path_of("socket_mode = '9'"), "socket_mode");
  EXPECT_EQ(path_of("max_body_size = '2GiB'"), "max_body_size");
  EXPECT_EQ(path_of("tls_cert = '/none'\ntls_key = '/none'"), "tls_cert");
}

}  // namespace
}  // namespace weir::http_listener
