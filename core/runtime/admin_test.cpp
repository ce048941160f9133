#include "core/runtime/admin.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/manual_clock.hpp"
#include "core/runtime/admin_client.hpp"
#include "core/runtime/places.hpp"
#include "tests/support/temp_dir.hpp"

namespace weir::runtime {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

AdminQuestion question(std::string path, std::string method = "GET", std::string body = "",
                       std::string token = "") {
  AdminQuestion made;
  made.method = std::move(method);
  made.path = std::move(path);
  made.body = std::move(body);
  made.token = std::move(token);
  return made;
}

// ---- the server -------------------------------------------------------------------------------------------------

class AdminServerTest : public testing::Test {
 protected:
  std::unique_ptr<AdminServer> open(const std::string& where, const std::string& token = "") {
    auto opened = AdminServer::open(
        {config::parse_admin_address(where).value(), token},
        [this](const AdminRequest& request, const auto& reply) { answer(request, reply); });
    EXPECT_TRUE(opened.ok()) << opened.error().message;
    return opened.ok() ? std::move(opened).value() : nullptr;
  }
  virtual void answer(const AdminRequest& request, const AdminServer::Reply& reply) {
    reply({200, "text/plain", request.method + " " + request.path + " " + request.body, {}});
  }
  Result<AdminReply> ask(const AdminQuestion& question) const {
    return ask_agent({path_, {}, 0}, question);
  }

  weir::test::TempDir folder_;
  const std::string path_ = folder_.file("admin.sock");
};

TEST_F(AdminServerTest, AnswersOnAUnixSocketOfItsOwnerAndGroup) {
  const auto server = open("unix:" + path_);
  const auto reply = ask(question("/a/b?c=d", "PUT", "body"));
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  EXPECT_EQ(reply.value().status, 200U);
  EXPECT_EQ(reply.value().body, "PUT /a/b body");
  struct stat file{};
  ASSERT_EQ(::stat(path_.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0660U);
}

TEST_F(AdminServerTest, ByTcpOnlyWithTheToken) {
  const auto server = open("127.0.0.1:0", "open sesame");
  const config::AdminAddress at{{}, "127.0.0.1", server->port()};
  for (const char* token : {"", "open sesam", "open sesame!", "Open sesame"}) {
    EXPECT_EQ(ask_agent(at, question("/", "GET", "", token)).value().status, 401U) << token;
  }
  EXPECT_EQ(ask_agent(at, question("/", "GET", "", "open sesame")).value().status, 200U);
}

TEST_F(AdminServerTest, BySix) {
  const auto server = open("[::1]:0", "t");
  const config::AdminAddress at{{}, "::1", server->port()};
  EXPECT_EQ(ask_agent(at, question("/", "GET", "", "t")).value().status, 200U);
}

TEST_F(AdminServerTest, TooLargeAndNonsense) {
  const auto server = open("unix:" + path_);
  const std::string body(AdminServer::body_bytes_max + 1, 'x');
  EXPECT_EQ(ask(question("/", "PUT", body)).value().status, 413U);
  EXPECT_EQ(ask(question("/" + std::string(AdminServer::head_bytes_max, 'y'))).value().status,
            413U);
  EXPECT_EQ(ask(question("/", "\x01\x02")).value().status, 400U);
  EXPECT_EQ(ask(question("/")).value().status, 200U) << "it still answers";
}

TEST_F(AdminServerTest, ASocketThatNobodyAnswersAtIsTakenOver) {
  const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_GE(left, 0);
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  std::memcpy(at.sun_path, path_.data(), path_.size());
  ASSERT_EQ(::bind(left, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  ::close(left);
  {
    const auto server = open("unix:" + path_);
    EXPECT_TRUE(ask(question("/")).ok());
  }
  EXPECT_NE(::access(path_.c_str(), F_OK), 0) << "it is gone with the server";
}

TEST_F(AdminServerTest, AnotherAgentsSocketAndOtherFilesAreLeftAlone) {
  const auto server = open("unix:" + path_);
  const auto second = AdminServer::open({{path_, {}, 0}, {}}, {});
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().message.find("another agent answers at"), std::string::npos);
  EXPECT_TRUE(ask(question("/")).ok());
  const auto third = AdminServer::open({{folder_.write("a file", "text"), {}, 0}, {}}, {});
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(folder_.read("a file"), "text");
}

TEST_F(AdminServerTest, WhoAsksNobodyIsToldWhatToDo) {
  const auto reply = ask(question("/"));
  ASSERT_FALSE(reply.ok());
  EXPECT_NE(reply.error().message.find("is it running"), std::string::npos);
}

// More connections than there may be: those in excess wait for their turn.
TEST_F(AdminServerTest, ManyAskAtOnce) {
  const auto server = open("unix:" + path_);
  std::atomic<int> answered{0};
  std::vector<std::thread> clients;
  clients.reserve(2 * AdminServer::connections_max);
  for (std::size_t i = 0; i < 2 * AdminServer::connections_max; ++i) {
    clients.emplace_back([&] {
      const auto reply = ask(question("/"));
      if (reply.ok() && reply.value().status == 200) ++answered;
    });
  }
  for (auto& c : clients) c.join();
  EXPECT_EQ(answered, 2 * static_cast<int>(AdminServer::connections_max));
}

// ---- late answers -------------------------------------------------------------------------------------------------

class LateAnswers : public AdminServerTest {
 protected:
  void answer(const AdminRequest&, const AdminServer::Reply& reply) override {
    const std::lock_guard lock(mutex_);
    reply_ = reply;
    came_.notify_one();
  }
  AdminServer::Reply wait_for_request() {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [this] { return reply_ != nullptr; });
    return reply_;
  }

  std::mutex mutex_;
  std::condition_variable came_;
  AdminServer::Reply reply_;  // Guarded by mutex_.
};

TEST_F(LateAnswers, ComeFromAnyThreadOnce) {
  const auto server = open("unix:" + path_);
  std::thread late([this] {
    const auto reply = wait_for_request();
    reply({201, "text/plain", "done", {}});
    reply({500, "text/plain", "again", {}});
  });
  EXPECT_EQ(ask(question("/")).value().body, "done");
  late.join();
}

TEST_F(LateAnswers, AfterTheEndAreDropped) {
  auto server = open("unix:" + path_);
  std::thread client([this] { EXPECT_FALSE(ask(question("/")).ok()); });
  const auto reply = wait_for_request();
  server->close();
  client.join();
  server.reset();
  reply({200, "text/plain", "too late", {}});
}

// ---- what is answered ---------------------------------------------------------------------------------------------

class AdminTest : public testing::Test {
 protected:
  AdminAnswer get(const std::string& method, const std::string& path,
                  const std::string& body = "") {
    AdminAnswer got;
    admin_.handle({method, path, body}, [&](AdminAnswer answer) { got = std::move(answer); });
    return got;
  }
  metrics::Node& output(const std::string& name) {
    return ledger_.add("outputs", name, "", "id-" + name);
  }

  ManualClock clock_;
  metrics::Ledger ledger_;
  Life life_{clock_};
  Status reload_result_ = ok_status();
  int flushes_{0};
  Admin admin_{{ledger_, life_, clock_, [] { return metrics::Memory{1, 2, 3}; },
                [] { return std::string("weir_build_info 1\n"); },
                [this](const auto& done) { done(reload_result_); }, [this] { ++flushes_; }}};
};

TEST_F(AdminTest, PathsAndMethods) {
  EXPECT_EQ(get("GET", "/nothing").status, 404U);
  EXPECT_NE(get("GET", "/nothing").body.find("/status"), std::string::npos);
  const AdminAnswer answer = get("DELETE", "/log-level");
  EXPECT_EQ(answer.status, 405U);
  EXPECT_EQ(answer.allow, "GET, PUT");
  EXPECT_EQ(get("GET", "/metrics").body, "weir_build_info 1\n");
}

TEST_F(AdminTest, ReadyWhenEverythingHasStarted) {
  metrics::Node& file = output("file");
  EXPECT_EQ(get("GET", "/ready").status, 503U);
  life_.committed();
  EXPECT_NE(get("GET", "/ready").body.find("outputs.file has not started"), std::string::npos);
  file.condition = metrics::Condition::retrying;
  file.fail("start failed: no such host", clock_.wall_ns());
  EXPECT_NE(get("GET", "/ready").body.find("no such host"), std::string::npos);
  file.started = true;
  EXPECT_EQ(get("GET", "/ready").status, 200U);
  life_.updating();
  EXPECT_EQ(get("GET", "/ready").status, 503U);
}

TEST_F(AdminTest, HealthNamesWhatIsWrongAndStillIsAlive) {
  life_.committed();
  metrics::Node& http = output("http");
  EXPECT_NE(get("GET", "/health").body.find("\"ok\""), std::string::npos);
  http.condition = metrics::Condition::retrying;
  http.fail("write failed: 503 \"busy\"", clock_.wall_ns());
  http.hangs = true;
  life_.refused("weir.conf:3: unknown option");
  const AdminAnswer answer = get("GET", "/health");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_NE(answer.body.find("degraded"), std::string::npos);
  EXPECT_NE(answer.body.find("weir.conf:3: unknown option"), std::string::npos);
  EXPECT_NE(answer.body.find("outputs.http hangs"), std::string::npos);
  http.hangs = false;
  EXPECT_NE(get("GET", "/health").body.find("503 \\\"busy\\\""), std::string::npos);
}

TEST_F(AdminTest, StatusHasRatesQueueAndLosses) {
  life_.committed();
  metrics::Node& http = output("http");
  admin_.tick();
  clock_.advance(2 * second_ns);
  http.in = 1000;
  http.out = 200;
  http.drop(metrics::Drop::overflow, 300);
  http.queued = 500;
  http.queue_bytes = 4096;
  http.oldest_ns = clock_.wall_ns() - 1500 * second_ns / 1000;
  admin_.tick();
  const std::string body = get("GET", "/status").body;
  for (const char* piece :
       {"\"in\":500.000", "\"out\":100.000", "\"dropped\":150.000", "\"overflow\":300",
        "\"bytes\":4096", "\"oldest_s\":1.500", "\"imbalance\":0", "\"generation\":1",
        "\"uptime_s\":2.000", "\"limit_bytes\":3"}) {
    EXPECT_NE(body.find(piece), std::string::npos) << piece << " in " << body;
  }
}

TEST_F(AdminTest, ReloadsAnswerWithTheirEnd) {
  life_.committed();
  EXPECT_EQ(get("POST", "/reload").body, "{\"generation\":1}\n");
  reload_result_ = Error{ErrorKind::bad_config, "weir.conf:1: nonsense"};
  EXPECT_EQ(get("POST", "/reload").status, 409U);
  EXPECT_NE(get("POST", "/reload").body.find("weir.conf:1: nonsense"), std::string::npos);
  EXPECT_EQ(get("POST", "/flush").status, 202U);
  EXPECT_EQ(flushes_, 1);
}

TEST_F(AdminTest, TheLogLevel) {
  const LogLevel before = log_level();
  EXPECT_EQ(get("PUT", "/log-level", "\"debug\"\n").body, "debug\n");
  EXPECT_EQ(get("GET", "/log-level").body, "debug\n");
  EXPECT_EQ(get("PUT", "/log-level", "loud").status, 400U);
  set_log_level(before);
}

// ---- places -------------------------------------------------------------------------------------------------------

TEST(Places, WhatTheEnvironmentSays) {
  std::map<std::string, std::string> values;
  const Environment environment = [&](const char* name) -> std::optional<std::string> {
    const auto at = values.find(name);
    return at == values.end() ? std::nullopt : std::optional(at->second);
  };
  config::WeirSettings weir;
  EXPECT_EQ(admin_address(weir, environment), "");
  EXPECT_EQ(state_directory(weir, environment, false), "");
  EXPECT_EQ(state_directory(weir, environment, true), "/var/lib/weir");
  values["HOME"] = "/home/ann";
  EXPECT_EQ(state_directory(weir, environment, false), "/home/ann/.local/state/weir");
  values["XDG_STATE_HOME"] = "/state";
  EXPECT_EQ(state_directory(weir, environment, false), "/state/weir");
  values["STATE_DIRECTORY"] = "/var/lib/weir-2:/var/lib/other";
  values["RUNTIME_DIRECTORY"] = "/run/weir-2";
  EXPECT_EQ(state_directory(weir, environment, true), "/var/lib/weir-2");
  EXPECT_EQ(admin_address(weir, environment), "unix:/run/weir-2/weir.sock");
  weir.state_directory = "/own";
  weir.admin = "127.0.0.1:1";
  EXPECT_EQ(state_directory(weir, environment, true), "/own");
  EXPECT_EQ(admin_address(weir, environment), "127.0.0.1:1");
}

TEST(Places, AddressesThatOthersCouldReachAreRefused) {
  for (const char* text : {"", "9274", "0.0.0.0:9274", "[::]:9274", "192.168.0.1:1",
                           "example.org:1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:1x",
                           "127.0.0.1.evil.org:1", "unix:", "unix:relative.sock"}) {
    EXPECT_FALSE(config::parse_admin_address(text).ok()) << text;
  }
  EXPECT_FALSE(config::parse_admin_address("unix:/" + std::string(107, 'x')).ok());
  EXPECT_EQ(config::parse_admin_address("localhost:9274").value().host, "127.0.0.1");
  EXPECT_EQ(config::parse_admin_address("[::1]:0").value().host, "::1");
  EXPECT_EQ(config::parse_admin_address("unix:/run/weir.sock").value().path, "/run/weir.sock");
}

}  // namespace
}  // namespace weir::runtime
