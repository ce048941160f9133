#include "plugins/outputs/influxdb_v2/influxdb_v2.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "tests/support/http_server.hpp"
#include "tests/support/temp_dir.hpp"

namespace weir::influxdb_v2_output {
namespace {

using weir::testing::failure_of;

class InfluxdbV2Output : public testing::Test {
 protected:
  weir::testing::plugin& use(const std::string& toml = {}, const std::string& url = {}) {
    plugin_ = std::make_unique<weir::testing::plugin>(
        weir::testing::descriptor<InfluxdbV2>(), "urls = ['" + (url.empty() ? server_.url() : url) +
                                                     "']\nbucket = 'b 1'\norganization = 'o'\n" +
                                                     toml);
    return *plugin_;
  }
  void answer(unsigned status, const std::string& text = {}) {
    server_.answer_with(
        [status, text](const http::TestRequest&) { return http::text_response(status, text); });
  }
  // "target: body" of each, sorted.
  std::vector<std::string> seen() const {
    std::vector<std::string> all;
    for (const auto& r : server_.requests()) all.push_back(r.target + ": " + r.body);
    std::sort(all.begin(), all.end());
    return all;
  }
  using Texts = std::vector<std::string>;
  http::TestServer server_;
  std::unique_ptr<weir::testing::plugin> plugin_;
};

TEST_F(InfluxdbV2Output, SendsABatchCompressed) {
  EXPECT_EQ(use("token = 't'").write({"m v=1 1", "m v=2 2"}), WEIR_OK);
  const auto got = server_.requests().at(0);
  EXPECT_EQ(got.method, "POST");
  EXPECT_EQ(got.target, "/api/v2/write?bucket=b+1&org=o");
  EXPECT_EQ(got.body, "m v=1 1\nm v=2 2\n");
  EXPECT_EQ(got.field("content-encoding"), "gzip");
  EXPECT_EQ(got.field("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(got.field("authorization"), "Token t");
  EXPECT_EQ(got.field("user-agent"), "Weir");
}

TEST_F(InfluxdbV2Output, TakesUrlsAndHeadersAsTheyAre) {
  use("content_encoding = 'identity'\nuser_agent = 'me'\n[http_headers]\nX-A = 'b'\n",
      server_.url() + "/base/?x=y")
      .write({"m v=1 1"});
  const auto got = server_.requests().at(0);
  EXPECT_EQ(got.target, "/base/api/v2/write?x=y&bucket=b+1&org=o");
  EXPECT_EQ(got.field("user-agent"), "me");
  EXPECT_EQ(got.field("x-a"), "b");
  EXPECT_FALSE(got.has("content-encoding"));
  EXPECT_FALSE(got.has("authorization"));
}

TEST_F(InfluxdbV2Output, ConnectsToAUnixSocket) {
  const test::TempDir folder;
  http::TestServer local("unix://" + folder.file("s"));
  use("", "unix://" + folder.file("s")).write({"m v=1 1"});
  EXPECT_EQ(local.requests().at(0).target, "/api/v2/write?bucket=b+1&org=o");
}

TEST_F(InfluxdbV2Output, WritesToTheBucketThatATagNames) {
  const weir::testing::lines rows{"m,a=x,to=one v=1 1", "m v=2 2", "m,to=two v=3 3",
                                  "m,a=y,to=one v=4 4"};
  use("bucket_tag = 'to'").write(rows);
  EXPECT_EQ(seen(),
            (Texts{"/api/v2/write?bucket=b+1&org=o: m v=2 2\n",
                   "/api/v2/write?bucket=one&org=o: m,a=x,to=one v=1 1\nm,a=y,to=one v=4 4\n",
                   "/api/v2/write?bucket=two&org=o: m,to=two v=3 3\n"}));
  use("bucket_tag = 'to'\nexclude_bucket_tag = true\nconcurrent_writes = 2").write(rows);
  EXPECT_EQ(server_.requests().back().body, "m v=3 3\n");
  EXPECT_EQ(server_.requests().size(), 6U);
}

TEST(InfluxdbV2Parts, LeaveATagOutOfLines) {
  const auto without = [](std::string_view lines, std::string_view tag) {
    std::string out;
    append_without_tag(out, lines, tag);
    return out;
  };
  EXPECT_EQ(without("m,a=1,to=x,z=2 v=1 5\n", "to"), "m,a=1,z=2 v=1 5\n");
  EXPECT_EQ(without("m,to=x v=1\nm,to=x w=2\n", "to"), "m v=1\nm w=2\n");
  EXPECT_EQ(without("m\\,to=x,too=y v=1\n", "to"), "m\\,to=x,too=y v=1\n");
  EXPECT_EQ(without("m,t\\ o=x\\,y\\ z,u=1 v=1\n", "t o"), "m,u=1 v=1\n");
  EXPECT_EQ(without("m,to=x s=\"a\nm,to=x \\\" b\",t=1 1\nn,to=x v=1\n", "to"),
            "m s=\"a\nm,to=x \\\" b\",t=1 1\nn v=1\n");
  EXPECT_EQ(without("m,to=x a\"b=1\nm,to=x v=1\n", "to"), "m a\"b=1\nm v=1\n");
  EXPECT_EQ(without("m,to=x\\", "to"), "m");
}

TEST_F(InfluxdbV2Output, SendsSharesAtTheSameTime) {
  use("concurrent_writes = 2").write({"m v=1 1", "m v=2 2", "m v=3 3", "m v=4 4"}, {"1011", 0, 4});
  EXPECT_EQ(seen(), (Texts{"/api/v2/write?bucket=b+1&org=o: m v=1 1\n",
                           "/api/v2/write?bucket=b+1&org=o: m v=3 3\nm v=4 4\n"}));
  EXPECT_EQ(server_.connections(), 2U);
}

TEST_F(InfluxdbV2Output, TriesTheNextServer) {
  http::TestServer second;
  const http::TestServer closed;
  const std::string nowhere = closed.url();
  use("", nowhere + "', '" + second.url());
  const_cast<http::TestServer&>(closed).stop();  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  for (int i = 0; i < 4; ++i) EXPECT_EQ(plugin_->write({"m v=1 1"}), WEIR_OK);
  EXPECT_EQ(second.requests().size(), 4U);
  EXPECT_TRUE(plugin_->host().logged_text("the next server is tried"));
}

TEST_F(InfluxdbV2Output, TriesAgainWhatMayWorkLater) {
  use();
  for (const unsigned status : {401U, 403U, 429U, 500U, 502U, 503U, 504U}) {
    answer(status, "the reason");
    const auto why = failure_of([&] { plugin_->write({"m v=1 1"}); });
    EXPECT_EQ(why.status, WEIR_E_RETRY) << status;
    EXPECT_NE(why.message.find("the reason"), std::string::npos);
  }
  server_.answer_with([](const http::TestRequest&) {
    http::Response r = http::text_response(429, "");
    r.set("Retry-After", "7");
    return r;
  });
  EXPECT_EQ(failure_of([&] { plugin_->write({"m v=1 1"}); }).retry_after_ns, 7'000'000'000);
  answer(413);
  EXPECT_EQ(failure_of([&] { plugin_->write({"m v=1 1"}); }).status, WEIR_E_SPLIT);
}

TEST_F(InfluxdbV2Output, DropsWhatIsRefusedAndNothingElse) {
  server_.answer_with([](const http::TestRequest& r) {
    return http::text_response(r.target.find("=two&") != std::string::npos ? 404 : 204,
                               "no bucket");
  });
  use("bucket_tag = 'to'");
  EXPECT_EQ(plugin_->write({"m,to=one v=1 1", "m,to=two v=2 2", "m,to=two v=3 3"}), WEIR_ASYNC);
  const auto& result = plugin_->host().result_of(plugin_->last_delivery());
  EXPECT_EQ(result.status, WEIR_OK);
  EXPECT_EQ(result.rejected, (std::vector<std::uint32_t>{1, 2}));
  EXPECT_TRUE(plugin_->host().logged_text("2 metrics were refused and are lost, bucket \"two\""));
}

TEST_F(InfluxdbV2Output, KeepsToTheRateLimit) {
  use("rate_limit = '20B'\nrate_limit_period = '1h'");
  const weir::testing::lines rows{"m v=1 1", "m v=2 2", "m v=3 3", "m v=4 4"};
  const auto why = failure_of([&] { plugin_->write(rows); });
  EXPECT_EQ(why.status, WEIR_E_RETRY);
  EXPECT_GT(why.retry_after_ns, 3'500'000'000'000);
  EXPECT_EQ(server_.requests().at(0).body, "m v=1 1\nm v=2 2\n");
  EXPECT_EQ(server_.requests().size(), 1U);
}

TEST(InfluxdbV2RateLimit, BeginsAnewWithEachPeriod) {
  RateLimit limit(100, 10);
  EXPECT_EQ(limit.room(1000), 100);
  limit.use(70);
  EXPECT_EQ(limit.room(1009), 30);
  limit.use(40);
  EXPECT_EQ(limit.room(1009), 0);
  EXPECT_EQ(limit.wait_ns(1009), 1);
  EXPECT_EQ(limit.room(1010), 100);
  EXPECT_TRUE(limit.untouched());
}

TEST_F(InfluxdbV2Output, RefusesOptionsThatAreWrong) {
  const auto refused = [](const std::string& toml) {
    return failure_of([&] { weir::testing::plugin(weir::testing::descriptor<InfluxdbV2>(), toml); })
        .path;
  };
  EXPECT_EQ(refused("urls = ['udp://x']"), "urls");
  EXPECT_EQ(refused("content_encoding = 'zstd'"), "content_encoding");
  EXPECT_EQ(refused("data_format = 'json'"), "data_format");
  EXPECT_EQ(refused("rate_limit = 5"), "rate_limit_period");
  EXPECT_EQ(refused("tls_min_version = 'TLS9'"), "tls_min_version");
}

}  // namespace
}  // namespace weir::influxdb_v2_output
