#include "plugins/outputs/http/http.hpp"

#include <cstdlib>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "plugins/common/http/base64.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/temp_dir.hpp"

namespace weir::http_output {
namespace {

using weir::testing::failure_of;

class HttpOutput : public testing::Test {
 protected:
  weir::testing::plugin& use(const std::string& toml = {}) {
    plugin_ = std::make_unique<weir::testing::plugin>(weir::testing::descriptor<Http>(),
                                                      "url = '" + server_.url() + "/w'\n" + toml);
    return *plugin_;
  }
  void answer(unsigned status, const std::string& text = {}) {
    server_.answer_with(
        [status, text](const http::TestRequest&) { return http::text_response(status, text); });
  }
  std::vector<std::string> bodies() const {
    std::vector<std::string> all;
    for (const auto& request : server_.requests()) all.push_back(request.body);
    return all;
  }
  http::TestServer server_;
  std::unique_ptr<weir::testing::plugin> plugin_;
};

TEST_F(HttpOutput, SendsABatchAsOneDocument) {
  EXPECT_EQ(use().write_document({"m v=1 1", "m v=2 2"}, "m v=1 1\nm v=2 2\n"), WEIR_OK);
  EXPECT_EQ(plugin_->write({"m v=3 3"}), WEIR_OK);
  const auto seen = server_.requests();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].method, "POST");
  EXPECT_EQ(seen[0].target, "/w");
  EXPECT_EQ(seen[0].body, "m v=1 1\nm v=2 2\n");
  EXPECT_EQ(seen[0].field("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(seen[0].field("user-agent"), "Weir");
  EXPECT_FALSE(seen[0].has("content-encoding"));
  EXPECT_FALSE(seen[0].has("authorization"));
  EXPECT_EQ(server_.connections(), 1U);
}

TEST_F(HttpOutput, SendsEachMetricWhereItIsToldTo) {
  use("use_batch_format = false")
      .write({"a v=1 1", "b v=2 2", "c v=3 3"}, {"a", "", "c"}, {"111", 0, 3});
  EXPECT_EQ(bodies(), (std::vector<std::string>{"a", "c"}));
}

TEST_F(HttpOutput, GoesOnBehindWhatWasAnswered) {
  int left = 2;
  server_.answer_with(
      [&](const http::TestRequest&) { return http::text_response(left-- > 0 ? 200 : 500, ""); });
  use("use_batch_format = false");
  const weir::testing::lines rows{"a v=1 1", "b v=2 2", "c v=3 3"};
  const std::uint64_t before = plugin_->last_delivery();
  EXPECT_EQ(failure_of([&] { plugin_->write(rows, {"a", "b", "c"}); }).status, WEIR_E_RETRY);
  EXPECT_NE(plugin_->last_delivery(), before);
  EXPECT_EQ(bodies(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(HttpOutput, ShowsWhoItIs) {
  use("username = 'u'\npassword = 'p'\nmethod = 'put'\n[headers]\nX-A = 'b'\ncontent-type = 'x/y'")
      .write({"m v=1 1"});
  const auto seen = server_.requests().at(0);
  EXPECT_EQ(seen.method, "PUT");
  EXPECT_EQ(seen.field("authorization"), "Basic dTpw");
  EXPECT_EQ(seen.field("x-a"), "b");
  EXPECT_EQ(seen.field("content-type"), "x/y");
}

TEST_F(HttpOutput, Compresses) {
  for (const std::string encoding : {"gzip", "zstd", "zlib"}) {
    use("content_encoding = '" + encoding + "'").write_document({"m v=1 1"}, "m v=1 1\n");
    const auto seen = server_.requests().back();
    EXPECT_EQ(seen.body, "m v=1 1\n") << encoding;  // the server decoded it
    EXPECT_EQ(seen.field("content-encoding"), encoding == "zlib" ? "deflate" : encoding);
  }
}

TEST_F(HttpOutput, TriesAgainWhatMayWorkLater) {
  use("non_retryable_statuscodes = [409]");
  for (const unsigned status : {400U, 401U, 404U, 429U, 500U, 503U}) {
    answer(status, "the reason\nmore");
    const auto why = failure_of([&] { plugin_->write({"m v=1 1"}); });
    EXPECT_EQ(why.status, WEIR_E_RETRY) << status;
    EXPECT_NE(why.message.find(std::to_string(status) + ": the reason"), std::string::npos);
  }
  server_.answer_with([](const http::TestRequest&) {
    http::Response r = http::text_response(503, "");
    r.set("Retry-After", "30");
    return r;
  });
  EXPECT_EQ(failure_of([&] { plugin_->write({"m v=1 1"}); }).retry_after_ns, 30'000'000'000);
  server_.stop();
  EXPECT_EQ(failure_of([&] { plugin_->write({"m v=1 1"}); }).status, WEIR_E_RETRY);
}

TEST_F(HttpOutput, DropsOrSplitsWhatNeverWill) {
  use("non_retryable_statuscodes = [409]");
  answer(409, "conflict");
  EXPECT_EQ(failure_of([&] { plugin_->write({"m v=1 1"}); }).status, WEIR_E_SPLIT);
  answer(413, "too large");
  EXPECT_EQ(failure_of([&] { plugin_->write({"m v=1 1"}); }).status, WEIR_E_SPLIT);
  use("use_batch_format = false\nnon_retryable_statuscodes = [413]");
  EXPECT_EQ(failure_of([&] { plugin_->write({"m v=1 1"}); }).status, WEIR_E_FAIL);
}

TEST_F(HttpOutput, SignsForAws) {
  use("aws_service = 'execute-api'\nregion = 'r'\naccess_key = 'A'\nsecret_key = 's'\n"
      "token = 't'")
      .write({"m v=1 1"});
  const auto seen = server_.requests().at(0);
  EXPECT_EQ(seen.field("authorization").substr(0, 29), "AWS4-HMAC-SHA256 Credential=A");
  EXPECT_NE(seen.field("authorization").find("SignedHeaders=content-type;host;x-amz-date;"),
            std::string_view::npos);
  EXPECT_EQ(seen.field("x-amz-security-token"), "t");
}

// The key of a service account, made for the test.
std::string google_key(const test::TempDir& folder, const std::string& token_url) {
  const std::string pem = folder.file("key.pem");
  const std::string command =
      "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out " + pem + " 2>/dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::string text;
  for (const char c : folder.read("key.pem")) {
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return folder.write("google.json",
                      R"({"type":"service_account","client_email":"me@x","private_key_id":"7",)"
                      R"("private_key":")" +
                          text + R"(","token_uri":")" + token_url + "\"}");
}

TEST_F(HttpOutput, GetsATokenOfGoogle) {
  const test::TempDir folder;
  const std::string claims = http::base64_url(R"({"exp":1000003600})");
  server_.answer_with([&](const http::TestRequest& request) {
    if (request.target != "/token") return http::text_response(200, "");
    return http::text_response(200, R"({"id_token":"h.)" + claims + R"(.s"})");
  });
  use("google_application_credentials = '" + google_key(folder, server_.url() + "/token") + "'");
  plugin_->write({"m v=1 1"});
  plugin_->write({"m v=2 2"});
  const auto seen = server_.requests();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[1].field("authorization"), "Bearer h." + claims + ".s");
  const std::string assertion = seen[0].body.substr(seen[0].body.find("assertion=") + 10);
  const std::size_t dot = assertion.find('.');
  const auto said =
      http::from_base64(assertion.substr(dot + 1, assertion.find('.', dot + 1) - dot - 1));
  EXPECT_EQ(said, R"({"iss":"me@x","sub":"me@x","aud":")" + server_.url() +
                      R"(/token","target_audience":")" + server_.url() +
                      R"(/w","iat":1000000000,"exp":1000003600})");
  EXPECT_EQ(http::from_base64(assertion.substr(assertion.rfind('.') + 1)).value_or("").size(),
            256U);
}

TEST_F(HttpOutput, RefusesOptionsThatAreWrong) {
  const auto refused = [](const std::string& toml) {
    return failure_of([&] { weir::testing::plugin(weir::testing::descriptor<Http>(), toml); }).path;
  };
  EXPECT_EQ(refused("url = 'here'"), "url");
  EXPECT_EQ(refused("url = 'unix:///x'"), "url");
  EXPECT_EQ(refused("method = 'GET'"), "method");
  EXPECT_EQ(refused("content_encoding = 'br'"), "content_encoding");
  EXPECT_EQ(refused("tls_min_version = 'TLS9'"), "tls_min_version");
  use("aws_service = 's'");
  unsetenv("AWS_REGION");
  unsetenv("AWS_DEFAULT_REGION");
  EXPECT_EQ(failure_of([&] { plugin_->start(); }).path, "region");
  use("google_application_credentials = '/none'");
  EXPECT_EQ(failure_of([&] { plugin_->start(); }).path, "google_application_credentials");
}

}  // namespace
}  // namespace weir::http_output
