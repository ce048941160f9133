#include "plugins/inputs/prometheus/prometheus.hpp"

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

#include "plugins/inputs/prometheus/discovery.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/temp_dir.hpp"

namespace weir::prometheus_input {
namespace {

using http::TestRequest;
using weir::testing::failure_of;
using weir::testing::lines;

constexpr std::int64_t now_ns = 1'700'000'000'000'000'000;

http::Response exposition(const std::string& text, const std::string& type = "text/plain") {
  http::Response r = http::text_response(200, text);
  r.set("Content-Type", type);
  return r;
}

class PrometheusInput : public testing::Test {
 protected:
  weir::testing::plugin& use(const std::string& toml) {
    plugin_ =
        std::make_unique<weir::testing::plugin>(weir::testing::descriptor<Prometheus>(), toml);
    plugin_->host().set_now(now_ns);
    return *plugin_;
  }
  // With the server's URL, which has no tag.
  weir::testing::plugin& scrape(const std::string& toml = {}) {
    return use("urls = ['" + server_.url() + "']\nurl_tag = ''\n" + toml);
  }
  void answer(const std::string& text, const std::string& type = "text/plain") {
    server_.answer_with([text, type](const TestRequest&) { return exposition(text, type); });
  }
  std::string refusal(const std::string& toml) {
    return failure_of([&] { use(toml); }).path;
  }

  http::TestServer server_;
  std::unique_ptr<weir::testing::plugin> plugin_;
};

TEST_F(PrometheusInput, ScrapesText) {
  answer("# TYPE a counter\na{x=\"1\"} 5\nb 2 1600000000123\n");
  use("urls = ['" + server_.url() + "', '" + server_.url() + "/metrics']");
  const std::string url = server_.url() + "/metrics";
  const lines first = plugin_->gather();
  EXPECT_EQ(first, (lines{"a,url=" + url + ",x=1 counter=5 1700000000000000000",
                          "b,url=" + url + " value=2 1600000000123000000"}));
  EXPECT_EQ(plugin_->gather(), first);
  const TestRequest seen = server_.requests().at(0);
  EXPECT_EQ(seen.method, "GET");
  EXPECT_EQ(seen.target, "/metrics");
  EXPECT_EQ(seen.field("user-agent"), "Weir");
  EXPECT_EQ(seen.field("accept-encoding"), "gzip");
  EXPECT_TRUE(seen.field("accept").starts_with("text/plain;version=0.0.4;"));
  EXPECT_EQ(server_.connections(), 1U);
  EXPECT_EQ(server_.requests().size(), 2U);
}

TEST_F(PrometheusInput, ReadsWhatTheAnswerIs) {
  answer("# TYPE a counter\na_total 5\n# EOF\n",
         "application/openmetrics-text; version=1.0.0; charset=utf-8");
  EXPECT_EQ(scrape("metric_version = 2").gather(), lines{"openmetric a=5 1700000000000000000"});
  answer("a 1\n");
  EXPECT_EQ(plugin_->gather(), lines{"prometheus a=1 1700000000000000000"});
  // A family a of one untyped metric of value 1.
  const std::string family("\x10\x0a\x01\x61\x18\x03\x22\x09\x2a\x07\x09\0\0\0\0\0\xf0", 17);
  answer(family + "\x3f", "application/vnd.google.protobuf; encoding=delimited");
  plugin_->gather();
  answer("a 1\n", "application/vnd.google.protobuf; encoding=\"compact-text\"");
  EXPECT_EQ(plugin_->gather(), lines{});
  EXPECT_TRUE(plugin_->host().logged_text("which is not read"));
}

TEST_F(PrometheusInput, TakesTheFormatThatItIsTold) {
  answer("a 1 5\n", "text/html");
  EXPECT_EQ(scrape("content_type_override = 'text'\nignore_timestamp = true").gather(),
            lines{"a value=1 1700000000000000000"});
  EXPECT_EQ(refusal("content_type_override = 'protobuf-compact'"), "content_type_override");
}

TEST_F(PrometheusInput, ShowsWhoItIs) {
  const test::TempDir folder;
  std::ofstream(folder.file("token")) << "from-file\n";
  answer("");
  const auto authorization = [&](const std::string& toml) {
    scrape(toml).gather();
    return std::string(server_.requests().back().field("authorization"));
  };
  EXPECT_EQ(authorization(""), "");
  EXPECT_EQ(authorization("username = 'u'\npassword = 'p'"), "Basic dTpw");
  EXPECT_EQ(authorization("username = 'u'\nbearer_token_string = 't'"), "Bearer t");
  EXPECT_EQ(
      authorization("bearer_token_string = 't'\nbearer_token = '" + folder.file("token") + "'"),
      "Bearer from-file");
  scrape("http_headers = {host = 'other.example', Accept = 'x/y'}").gather();
  EXPECT_EQ(server_.requests().back().field("host"), "other.example");
  EXPECT_EQ(server_.requests().back().field("accept"), "x/y");
  scrape("bearer_token = '" + folder.file("none") + "'");
  EXPECT_EQ(failure_of([&] { plugin_->gather(); }).status, WEIR_E_RETRY);
}

TEST_F(PrometheusInput, AFailureCostsOnlyItsEndpoint) {
  server_.answer_with([](const TestRequest& r) {
    return r.target == "/good" ? exposition("a 1\nbad line\n") : http::text_response(503, "no");
  });
  use("url_tag = ''\nurls = ['" + server_.url() + "/bad', '" + server_.url() +
      "/good', 'http://user:secret@127.0.0.1:1/x']");
  EXPECT_EQ(plugin_->gather(), lines{"a value=1 1700000000000000000"});
  EXPECT_EQ(plugin_->metric("scrapes_failed"), 2U);
  EXPECT_EQ(plugin_->host().bad_count(), 1U);
  EXPECT_TRUE(plugin_->host().logged_text("/bad: the answer is status 503"));
  EXPECT_TRUE(plugin_->host().logged_text("http://127.0.0.1:1/x: "));
}

TEST_F(PrometheusInput, SkipsAnswersThatAreTooLarge) {
  answer("a 1\nb 2\n");
  EXPECT_EQ(scrape("content_length_limit = '7B'").gather(), lines{});
  EXPECT_TRUE(plugin_->host().logged_text("more than 7 bytes"));
  EXPECT_EQ(scrape("content_length_limit = '8B'").gather().size(), 2U);
}

TEST_F(PrometheusInput, SaysHowRequestsWent) {
  answer("a 1\n");
  scrape("enable_request_metrics = true");
  const lines rows = plugin_->gather();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(rows[1].starts_with("prometheus_request response_time=")) << rows[1];
  EXPECT_NE(rows[1].find(",content_length=4i "), std::string::npos) << rows[1];
  server_.answer_with([](const TestRequest&) { return http::text_response(404, ""); });
  const lines failed = plugin_->gather();
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed[0].find("content_length"), std::string::npos);
}

TEST_F(PrometheusInput, ScrapesSocketsOfTheFileSystem) {
  const test::TempDir folder;
  http::TestServer local("unix://" + folder.file("sock"));
  local.answer_with(
      [](const TestRequest& r) { return exposition(r.target == "/x" ? "a 1\n" : ""); });
  const std::string url = "unix://" + folder.file("sock") + "?path=/x";
  EXPECT_EQ(
      use("urls = ['" + url + "']").gather(),
      lines{"a,url=unix://" + folder.file("sock") + "?path\\=/x value=1 1700000000000000000"});
}

TEST_F(PrometheusInput, AsksAServiceForEndpoints) {
  const std::string target = server_.url().substr(7);
  std::string list =
      R"([{"targets": [")" + target + R"("], "labels": {"env": "test", "x": "theirs"}},
                         {"targets": ["not a url", "http://"]}])";
  unsigned status = 200;
  server_.answer_with([&](const TestRequest& r) {
    return r.target == "/sd" ? http::text_response(status, list) : exposition("a{x=\"1\"} 1\n");
  });
  use("[http_service_discovery]\nenabled = true\nurl = '" + server_.url() + "/sd'");
  const lines rows{"a,env=test,url=" + server_.url() + "/metrics,x=theirs value=1 "};
  const auto gather = [&] {
    lines all = plugin_->gather();
    for (std::string& line : all) line.resize(line.rfind(' ') + 1);
    return all;
  };
  EXPECT_EQ(gather(), rows);
  EXPECT_TRUE(plugin_->host().logged_text("\"http://\" is no URL of an endpoint"));
  list = "[]";
  EXPECT_EQ(gather(), rows);
  plugin_->host().set_now(now_ns + 300'000'000'000);
  status = 500;
  EXPECT_EQ(gather(), rows);
  EXPECT_TRUE(plugin_->host().logged_text("the endpoints that were known before stay"));
  plugin_->host().set_now(now_ns + 600'000'000'000);
  status = 200;
  EXPECT_EQ(gather(), lines{});
}

TEST_F(PrometheusInput, ScrapesEachAddressOfAName) {
  answer("a 1\n");
  const std::string url = server_.url();  // a number is a name with one address, wherever tests run
  use("kubernetes_services = ['" + url + "/m']");
  const lines rows = plugin_->gather();
  const std::string row = "a,address=127.0.0.1,url=" + url + "/m value=1 1700000000000000000";
  EXPECT_NE(std::find(rows.begin(), rows.end(), row), rows.end()) << rows.size();
}

TEST_F(PrometheusInput, RefusesWhatItCannotDo) {
  EXPECT_EQ(refusal("urls = ['localhost:9100/metrics']"), "urls");
  EXPECT_EQ(refusal("kubernetes_services = ['x']"), "kubernetes_services");
  EXPECT_EQ(refusal("monitor_kubernetes_pods = true"), "monitor_kubernetes_pods");
  EXPECT_EQ(refusal("[consul]\nenabled = true\n[[consul.query]]\nname = 'x'"), "consul.enabled");
  EXPECT_EQ(refusal("[http_service_discovery]\nenabled = true\nurl = 'x'"),
            "http_service_discovery.url");
  EXPECT_EQ(refusal("metric_version = 3"), "metric_version");
  use("monitor_kubernetes_pods_method = 'annotations'\npod_scrape_interval = 60\n"
      "[namespace_annotation_pass]\na = ['b']");
}

TEST(PrometheusPlace, IsAUrlOfAnEndpoint) {
  EXPECT_EQ(place_of("http://h:1")->url, "http://h:1/metrics");
  EXPECT_EQ(place_of("http://h?q=1")->url, "http://h/metrics?q=1");
  EXPECT_EQ(place_of("https://u:p@h/x")->url, "https://u:p@h/x");
  EXPECT_EQ(place_of("https://u:p@h/x")->shown, "https://h/x");
  EXPECT_EQ(place_of("unix:///run/x%20y")->unix_socket, "/run/x y");
  EXPECT_EQ(place_of("unix:///run/x")->url, "http://localhost/metrics");
  EXPECT_FALSE(place_of("ftp://h"));
  EXPECT_FALSE(place_of("http:///x"));
}

}  // namespace
}  // namespace weir::prometheus_input
