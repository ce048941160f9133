#include "plugins/inputs/influxdb_listener/influxdb_listener.hpp"

#include <array>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <weir/testing/plugin.hpp>

#include "plugins/common/compression/compression.hpp"
#include "plugins/common/http/base64.hpp"
#include "plugins/inputs/influxdb_listener/token.hpp"
#include "tests/support/http_client.hpp"

namespace weir::influxdb_listener {
namespace {

using http::TestClient;
using weir::testing::failure_of;
using weir::testing::lines;

class InfluxdbListenerInput : public testing::Test {
 protected:
  void use(const std::string& toml = {}) {
    plugin_ = std::make_unique<weir::testing::plugin>(weir::testing::descriptor<InfluxdbListener>(),
                                                      "service_address = '127.0.0.1:0'\n" + toml);
    plugin_->start();
  }
  weir::testing::host& home() { return plugin_->host(); }
  std::string ask(const std::string& method, const std::string& target,
                  const std::string& body = {}, const std::string& fields = {}) {
    return TestClient(home().port())
        .ask(method + ' ' + target + " HTTP/1.1\r\nHost: h\r\n" + fields +
             "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  std::string write(const std::string& body, const std::string& query = {},
                    const std::string& fields = {}) {
    return ask("POST", "/write" + query, body, fields);
  }
  static std::string body_of(const std::string& answer) {
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }
  static int status_of(const std::string& answer) { return std::stoi(answer.substr(9, 3)); }

  std::unique_ptr<weir::testing::plugin> plugin_;
};

TEST_F(InfluxdbListenerInput, TakesWhatIsWritten) {
  use();
  const std::string answer = write("m,t=a v=1i 1\nm,t=b v=2i 2\n", "?db=x&rp=y");
  EXPECT_EQ(status_of(answer), 204);
  EXPECT_NE(answer.find("X-Influxdb-Version: 1.0\r\n"), std::string::npos);
  EXPECT_EQ(plugin_->take_rows(), (lines{"m,t=a v=1i 1", "m,t=b v=2i 2"}));
  EXPECT_EQ(status_of(write("")), 204);
}

TEST_F(InfluxdbListenerInput, CountsInThePrecisionThatIsSaid) {
  use();
  for (const auto& [precision, stamp] :
       std::initializer_list<std::pair<const char*, const char*>>{{"ns", "7"},
                                                                  {"u", "7000"},
                                                                  {"us", "7"},
                                                                  {"ms", "7000000"},
                                                                  {"s", "7000000000"},
                                                                  {"m", "420000000000"},
                                                                  {"h", "25200000000000"},
                                                                  {"x", "7"}}) {
    EXPECT_EQ(status_of(write("m v=1i 7", std::string("?precision=") + precision)), 204);
    EXPECT_EQ(plugin_->take_rows(), lines{std::string("m v=1i ") + stamp}) << precision;
  }
  home().set_now(1'234'567'890'123);
  write("m v=1i", "?precision=s");
  EXPECT_EQ(plugin_->take_rows(), lines{"m v=1i 1234000000000"});
}

TEST_F(InfluxdbListenerInput, TagsWithDatabaseAndPolicyInPlaceOfOthers) {
  use("database_tag = 'db'\nretention_policy_tag = 'rp'");
  write("m,db=old,t=a v=1i 1\nn v=2i 2\n", "?db=new&rp=week");
  EXPECT_EQ(plugin_->take_rows(),
            (lines{"m,db=new,rp=week,t=a v=1i 1", "n,db=new,rp=week v=2i 2"}));
  write("m,db=old v=1i 1\n");
  EXPECT_EQ(plugin_->take_rows(), lines{"m,db=old v=1i 1"});
  write("n v=2i 2\n", "?db=other");
  EXPECT_EQ(plugin_->take_rows(), lines{"n,db=other v=2i 2"});
}

TEST_F(InfluxdbListenerInput, KeepsTheGoodLinesOfABadBody) {
  use();
  const std::string answer = write("a v=1i 1\nb\nc v=3i 3\nd\ne\n");
  EXPECT_EQ(status_of(answer), 400);
  EXPECT_NE(body_of(answer).find("at line 2, column 2 (and 2 other parse errors)"),
            std::string::npos)
      << answer;
  EXPECT_NE(answer.find("X-Influxdb-Error: expected"), std::string::npos);
  EXPECT_EQ(plugin_->take_rows(), (lines{"a v=1i 1", "c v=3i 3"}));
  EXPECT_EQ(home().bad_count(), 3U);
  EXPECT_EQ(status_of(write("a v=1i 1\n")), 204);
}

TEST_F(InfluxdbListenerInput, ReadsTheOtherGrammarWhereItIsToldTo) {
  const std::string text = "m s=\"a\\nb\" 1";
  use();
  EXPECT_EQ(status_of(write(text)), 400);
  use("parser_type = 'upstream'");
  EXPECT_EQ(status_of(write(text)), 204);
}

TEST_F(InfluxdbListenerInput, AnswersPingAndQuery) {
  use();
  EXPECT_EQ(status_of(ask("GET", "/ping")), 204);
  EXPECT_EQ(body_of(ask("GET", "/ping?verbose=true")), R"({"version":"1.0"})");
  EXPECT_EQ(body_of(ask("POST", "/query?q=CREATE+DATABASE+x")), R"({"results":[]})");
  EXPECT_EQ(status_of(ask("GET", "/other")), 404);
}

TEST_F(InfluxdbListenerInput, LetsInWhoKnowsThePassword) {
  use("basic_username = 'u'\nbasic_password = 'p'");
  EXPECT_EQ(status_of(write("m v=1 1")), 401);
  EXPECT_EQ(status_of(ask("POST", "/query")), 401);
  EXPECT_EQ(status_of(ask("GET", "/ping")), 204);
  EXPECT_EQ(status_of(write("m v=1 1", "", "Authorization: Token u:x\r\n")), 401);
  EXPECT_EQ(status_of(write("m v=1 1", "", "Authorization: Basic dTpw\r\n")), 204);
  EXPECT_EQ(status_of(write("m v=1 1", "", "Authorization: Token u:p\r\n")), 204);
}

std::string token_of(const std::string& claims, const std::string& secret = "s",
                     const std::string& algorithm = "HS256") {
  const std::string text =
      http::base64_url(R"({"alg":")" + algorithm + "\"}") + '.' + http::base64_url(claims);
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int n = 0;
  HMAC(algorithm == "HS512" ? EVP_sha512() : EVP_sha256(), secret.data(),
       static_cast<int>(secret.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), out.data(), &n);
  return text + '.' + http::base64_url({reinterpret_cast<const char*>(out.data()), n});
}

TEST_F(InfluxdbListenerInput, LetsInWhoShowsAToken) {
  use("token_shared_secret = 's'\ntoken_username = 'u'");
  const std::string token = token_of(R"({"username":"u","exp":2000000000})");
  EXPECT_EQ(status_of(write("m v=1 1")), 401);
  EXPECT_EQ(status_of(write("m v=1 1", "", "Authorization: Bearer " + token + "\r\n")), 204);
  EXPECT_EQ(status_of(write("m v=1 1", "", "Authentication: Bearer " + token + "\r\n")), 204);
  EXPECT_EQ(status_of(write("m v=1 1", "", "Authorization: Bearer x" + token + "\r\n")), 401);
}

TEST(InfluxdbListenerToken, IsTakenOnlyIfAllOfItIsRight) {
  const auto refused = [](const std::string& token) {
    const char* const why = refuse_token(token, "s", "u", 1000);
    return std::string(why == nullptr ? "" : why);
  };
  EXPECT_EQ(refused(token_of(R"({"username":"u","exp":1001})")), "");
  EXPECT_EQ(refused(token_of(R"({"username":"u","exp":1001})", "s", "HS512")), "");
  EXPECT_EQ(refused(token_of(R"({"username":"u","exp":1000})")), "the token has expired");
  EXPECT_EQ(refused(token_of(R"({"username":"u"})")), "the token has no end");
  EXPECT_EQ(refused(token_of(R"({"username":"u","exp":1001,"nbf":1001})")),
            "the token is not valid yet");
  EXPECT_EQ(refused(token_of(R"({"username":"v","exp":1001})")), "the token is not this user's");
  EXPECT_EQ(refused(token_of(R"({"username":"u","exp":1001})", "x")),
            "the token's signature is wrong");
  EXPECT_EQ(refused(token_of(R"({"username":"u","exp":1001})", "s", "none")),
            "the token is not signed by HS256, HS384 or HS512");
  for (const char* text : {"", ".", "..", "a.b", "?.?.?"}) EXPECT_NE(refused(text), "") << text;
}

TEST_F(InfluxdbListenerInput, BoundsBodies) {
  use("max_body_size = '100KiB'");
  common::Compressor gzip(common::Encoding::gzip);
  EXPECT_EQ(status_of(write(std::string(200'000, 'x'))), 413);
  const std::string bomb(8'000'000, 'x');
  const std::string packed = "Content-Encoding: gzip\r\n";
  EXPECT_EQ(status_of(write(std::string(gzip.compress(bomb)), "", packed)), 413);
  std::string text;
  for (int i = 1000; i < 6000; ++i) text += "m v=" + std::to_string(i) + "i 1\n";
  EXPECT_EQ(status_of(write(std::string(gzip.compress(text)), "", packed)), 204);
  EXPECT_EQ(plugin_->take_rows().size(), 5000U);
}

TEST_F(InfluxdbListenerInput, WaitsForRoom) {
  use();
  home().block();
  TestClient c(home().port());
  c.send("POST /write HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\nm v=1i 1");
  EXPECT_EQ(status_of(ask("GET", "/ping")), 204);
  home().unblock();
  while (!home().wait_rows(1, std::chrono::milliseconds(1))) plugin_->events();
  EXPECT_EQ(status_of(c.answer()), 204);
  EXPECT_EQ(plugin_->take_rows(), lines{"m v=1i 1"});
}

TEST_F(InfluxdbListenerInput, RefusesOptionsThatAreWrong) {
  const auto path_of = [](const std::string& toml) {
    return failure_of(
               [&] { weir::testing::plugin(weir::testing::descriptor<InfluxdbListener>(), toml); })
        .path;
  };
  EXPECT_EQ(path_of("max_body_size = '2GiB'"), "max_body_size");
  EXPECT_EQ(path_of("token_shared_secret = 's'"), "token_username");
  EXPECT_EQ(path_of("token_shared_secret = 's'\ntoken_username = 'u'\nbasic_username = 'u'"),
            "token_shared_secret");
}

}  // namespace
}  // namespace weir::influxdb_listener
