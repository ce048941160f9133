#include "plugins/common/http_server/server.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>
#include <snappy.h>

#include <weir/testing/host.hpp>

#include "plugins/common/sockets/listening_socket.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/tls_client.hpp"

namespace weir::http {
namespace {

constexpr std::int64_t ms = 1'000'000;

// Keeps a body and gives it back. room_bytes at a time; waits behind wait_after bytes until it is released.
class EchoBody final : public Body {
 public:
  struct Plan {
    std::size_t room_bytes = 1000;
    std::size_t wait_after = SIZE_MAX;
    bool wait_at_end = false;
    bool* released = nullptr;
  };
  explicit EchoBody(const Plan& plan) : plan_(plan) {}

  Room room() override {
    if (used_ >= plan_.wait_after && !*plan_.released) return {Next::wait, nullptr, 0};
    text_.resize(used_ + plan_.room_bytes);
    return {Next::go_on, text_.data() + used_, plan_.room_bytes};
  }
  void take(std::size_t n) override { used_ += n; }
  Next finish() override {
    return plan_.wait_at_end && !*plan_.released ? Next::wait : Next::answer;
  }
  Response answer() override { return text_response(200, text_.substr(0, used_)); }

 private:
  Plan plan_;
  std::string text_;
  std::size_t used_ = 0;
};

// What the tests see of the handlers.
struct Seen {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> paths, broken;
  int ended = 0;
  void note(std::vector<std::string>& list, std::string text) {
    const std::lock_guard lock(mutex);
    list.push_back(std::move(text));
    changed.notify_all();
  }
  template <typename F>
  bool wait(F&& condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(20), condition);
  }
};

class EchoHandler final : public Handler {
 public:
  EchoHandler(Connections& connections, Seen& seen) : connections_(connections), seen_(seen) {}

  Reception begin(const Request& request, ConnectionId connection) override {
    seen_.note(seen_.paths, request.path);
    if (request.path == "/no") return {nullptr, text_response(403, "no\n")};
    if (request.path == "/page") return {nullptr, text_response(200, std::string(100'000, 'p'))};
    EchoBody::Plan plan;
    plan.released = &released_;
    if (request.path == "/wait") plan.wait_after = 1;
    if (request.path == "/late") plan.wait_at_end = true;
    waiting_ = connection;
    released_ = false;
    return {std::make_unique<EchoBody>(plan), {}};
  }
  void notified(std::uint64_t) override {
    released_ = true;
    connections_.resume(waiting_);
  }
  void ended(ConnectionId) override {
    const std::lock_guard lock(seen_.mutex);
    ++seen_.ended;
    seen_.changed.notify_all();
  }
  void broken(const std::string&, const char* why) override { seen_.note(seen_.broken, why); }

 private:
  Connections& connections_;
  Seen& seen_;
  bool released_ = false;
  ConnectionId waiting_ = 0;
};

class HttpServer : public testing::Test {
 public:
  ~HttpServer() override = default;

 protected:
  void serve(const ServerSettings& settings = {}, const std::string& url = "tcp://127.0.0.1:0") {
    socket_ = std::make_unique<common::ListeningSocket>(host(home_.table()), url, "listen");
    server_ = std::make_unique<Server>(
        host(home_.table()), settings, socket_->descriptor(),
        [this](std::uint32_t, Connections& c) { return std::make_unique<EchoHandler>(c, seen_); });
  }
  TestClient client() const { return TestClient(home_.port()); }
  static std::string post(const std::string& path, const std::string& body,
                          const std::string& fields = {}) {
    return "POST " + path + " HTTP/1.1\r\nHost: x\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  static unsigned status_of(const std::string& answer) {
    return answer.size() < 12 ? 0 : static_cast<unsigned>(std::stoul(answer.substr(9, 3)));
  }
  static std::string body_of(const std::string& answer) {
    const std::size_t at = answer.find("\r\n\r\n");
    return at == std::string::npos ? "" : answer.substr(at + 4);
  }

  weir::testing::host home_{WEIR_OWN_THREADS};
  Seen seen_;
  std::unique_ptr<common::ListeningSocket> socket_;
  std::unique_ptr<Server> server_;
};

TEST_F(HttpServer, AnswersOneRequestAfterTheOther) {
  serve();
  TestClient c = client();
  for (const std::string text : {"one", "", "three"}) {
    const std::string answer = c.ask(post("/", text));
    EXPECT_EQ(status_of(answer), 200U);
    EXPECT_EQ(body_of(answer), text);
    EXPECT_NE(answer.find("Connection: keep-alive"), std::string::npos);
  }
  EXPECT_EQ(server_->counts().accepted, 1U);
  EXPECT_EQ(server_->counts().open, 1U);
}

TEST_F(HttpServer, AnswersRequestsThatComeTogetherInTheirOrder) {
  serve();
  TestClient c = client();
  std::string all;
  for (int i = 0; i < 500; ++i) all += post("/", "body " + std::to_string(i));
  std::thread sender([&] { c.send(all); });
  for (int i = 0; i < 500; ++i) EXPECT_EQ(body_of(c.answer()), "body " + std::to_string(i));
  sender.join();
}

TEST_F(HttpServer, TakesARequestByteByByte) {
  serve();
  TestClient c = client();
  for (const char byte : post("/", "slowly")) c.send({&byte, 1});
  EXPECT_EQ(body_of(c.answer()), "slowly");
}

TEST_F(HttpServer, ReceivesALargeBody) {
  serve();
  TestClient c = client();
  std::string text;
  while (text.size() < 3'000'000) text += std::to_string(text.size()) + '\n';
  std::thread sender([&] { c.send(post("/", text) + post("/", "next")); });
  EXPECT_TRUE(body_of(c.answer()) == text);
  EXPECT_EQ(body_of(c.answer()), "next");
  sender.join();
}

TEST_F(HttpServer, ReceivesChunks) {
  serve();
  TestClient c = client();
  const std::string head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  c.send(head + "5\r\nhello\r\n6\r\n wor");
  c.send("ld\r\n0\r\n\r\n" + post("/", "next"));
  EXPECT_EQ(body_of(c.answer()), "hello world");
  EXPECT_EQ(body_of(c.answer()), "next");
}

TEST_F(HttpServer, SaysContinueToWhoWaitsForIt) {
  serve();
  TestClient c = client();
  const std::string request = post("/", "body", "Expect: 100-continue\r\n");
  c.send(request.substr(0, request.size() - 4));
  EXPECT_EQ(c.answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  c.send("body");
  EXPECT_EQ(body_of(c.answer()), "body");
}

TEST_F(HttpServer, KeepsTheBodyFromHead) {
  serve();
  TestClient c = client();
  const std::string answer = c.ask("HEAD /page HTTP/1.1\r\n\r\nGET /no HTTP/1.0\r\n\r\n");
  EXPECT_NE(answer.find("Content-Length: 100000\r\n"), std::string::npos);
  EXPECT_NE((answer + c.rest()).find("403 Forbidden"), std::string::npos);
}

TEST_F(HttpServer, SendsALargePage) {
  serve();
  TestClient c = client();
  EXPECT_EQ(body_of(c.ask("GET /page HTTP/1.1\r\n\r\n")).size(), 100'000U);
}

// ---- encodings ----

std::string encoded(common::Encoding encoding, const std::string& text) {
  return std::string(common::Compressor(encoding).compress(text));
}

TEST_F(HttpServer, DecodesBodies) {
  serve();
  TestClient c = client();
  const std::string text(5000, 'x');
  std::string block;
  snappy::Compress(text.data(), text.size(), &block);
  const std::pair<std::string, std::string> forms[] = {
      {"gzip", encoded(common::Encoding::gzip, text)},
      {"x-gzip", encoded(common::Encoding::gzip, text)},
      {"deflate", encoded(common::Encoding::zlib, text)},
      {"ZSTD", encoded(common::Encoding::zstd, text)},
      {"snappy", block},
      {"identity", text}};
  for (const auto& [name, bytes] : forms) {
    const std::string answer = c.ask(post("/", bytes, "Content-Encoding: " + name + "\r\n"));
    EXPECT_TRUE(body_of(answer) == text) << name << answer.substr(0, 200);
  }
}

TEST_F(HttpServer, RefusesWhatItCannotDecode) {
  serve();
  const std::string whole = encoded(common::Encoding::gzip, "text");
  const std::string cut = whole.substr(0, whole.size() - 4);
  const auto status = [&](const std::string& name, const std::string& bytes) {
    return status_of(client().ask(post("/", bytes, "Content-Encoding: " + name + "\r\n")));
  };
  EXPECT_EQ(status("gzip", "not gzip"), 400U);
  EXPECT_EQ(status("gzip", cut), 400U);
  EXPECT_EQ(status("snappy", "\xff"), 400U);
  EXPECT_EQ(status("snappy", "\xff\xff\xff\x0fx"), 400U);  // says it is 32 MiB
  EXPECT_EQ(status("br", "text"), 415U);
}

TEST_F(HttpServer, EndsABombAtTheLimit) {
  ServerSettings settings;
  settings.limits.body_bytes_max = 1 << 20;
  serve(settings);
  const std::string text(16 << 20, '\0');
  const auto status = [&](const std::string& name, const std::string& bytes) {
    return status_of(client().ask(post("/", bytes, "Content-Encoding: " + name + "\r\n")));
  };
  EXPECT_EQ(status("gzip", encoded(common::Encoding::gzip, text)), 413U);
  EXPECT_EQ(status("deflate", encoded(common::Encoding::zlib, text)), 413U);
  EXPECT_EQ(status("zstd", encoded(common::Encoding::zstd, text)), 413U);
  std::string block;
  snappy::Compress(text.data(), 2 << 20, &block);
  EXPECT_EQ(status("snappy", block), 413U);
}

TEST_F(HttpServer, ChargesBlocksToTheBudget) {
  home_.budget_limit(100'000);
  serve();
  std::string block;
  const std::string text(1'000'000, 'x');
  snappy::Compress(text.data(), text.size(), &block);
  const std::string answer = client().ask(post("/", block, "Content-Encoding: snappy\r\n"));
  EXPECT_EQ(status_of(answer), 503U);
  EXPECT_NE(answer.find("Retry-After: 1"), std::string::npos);
  server_.reset();
  EXPECT_EQ(home_.charged_bytes(), 0);
}

// ---- limits ----

TEST_F(HttpServer, RefusesABodyThatIsTooLarge) {
  ServerSettings settings;
  settings.limits.body_bytes_max = 1000;
  serve(settings);
  TestClient announced = client();
  EXPECT_EQ(status_of(announced.ask(post("/", std::string(5'000'000, 'x')))), 413U);
  TestClient chunked = client();
  chunked.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
               std::string(1001, 'x') + "\r\n0\r\n\r\n");
  EXPECT_EQ(status_of(chunked.rest()), 413U);
  EXPECT_EQ(status_of(client().ask(post("/", std::string(1000, 'x')))), 200U);
}

// A client that is answered at once goes on sending: it sees the answer nevertheless, and may go on.
TEST_F(HttpServer, AnswersBeforeTheBodyCame) {
  serve();
  TestClient c = client();
  EXPECT_EQ(status_of(c.ask(post("/no", std::string(200'000, 'x')))), 403U);
  EXPECT_EQ(body_of(c.ask(post("/", "next"))), "next");
  const std::string answer = c.ask(post("/no", std::string(3'000'000, 'x')));
  EXPECT_EQ(status_of(answer), 403U);
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_EQ(c.rest(), "");
}

TEST_F(HttpServer, RefusesAHeadThatIsTooLarge) {
  serve();
  TestClient c = client();
  c.send("GET / HTTP/1.1\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(status_of(c.rest()), 431U);
}

TEST_F(HttpServer, RefusesWhatIsNotHttp) {
  serve();
  EXPECT_EQ(status_of(client().ask("\x16\x03\x01\x02\r\n\r\n")), 400U);
  TestClient c = client();
  c.send("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n");
  EXPECT_EQ(status_of(c.rest()), 400U);
}

TEST_F(HttpServer, EndsSlowSendersAndIdleConnections) {
  ServerSettings settings;
  settings.limits.read_timeout_ns = 60 * ms;
  serve(settings);
  TestClient idle = client();
  TestClient head = client();
  TestClient body = client();
  head.send("GET / HT");
  body.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(status_of(head.rest()), 408U);
  EXPECT_EQ(status_of(body.rest()), 408U);
  EXPECT_EQ(idle.rest(), "");
  EXPECT_TRUE(seen_.wait([this] { return seen_.ended == 3; }));
}

TEST_F(HttpServer, LetsFurtherConnectionsWait) {
  ServerSettings settings;
  settings.connections_max = 2;
  serve(settings);
  auto one = std::make_unique<TestClient>(home_.port());
  TestClient two = client();
  EXPECT_EQ(status_of(one->ask(post("/", "1"))), 200U);
  EXPECT_EQ(status_of(two.ask(post("/", "2"))), 200U);
  TestClient three = client();
  three.send(post("/", "3"));
  EXPECT_EQ(status_of(two.ask(post("/", "2"))), 200U);
  one.reset();
  EXPECT_EQ(body_of(three.answer()), "3");
}

TEST_F(HttpServer, HoldsManyIdleConnections) {
  serve();
  std::vector<TestClient> idle;
  for (int i = 0; i < 200; ++i) {
    idle.push_back(client());
    EXPECT_EQ(status_of(idle.back().ask(post("/", "x"))), 200U);
  }
  EXPECT_EQ(server_->counts().open, 200U);
  EXPECT_EQ(body_of(client().ask(post("/", "one more"))), "one more");
}

// ---- bodies that wait ----

TEST_F(HttpServer, GoesOnWhenABodyNeedNotWaitAnyLonger) {
  serve();
  const std::string text(5000, 'x');
  for (const std::string path : {"/wait", "/late"}) {
    TestClient c = client();
    c.send(post(path, text) + post("/no", ""));
    EXPECT_TRUE(seen_.wait([&] { return !seen_.paths.empty() && seen_.paths.back() == path; }));
    server_->notify(0, 1);
    EXPECT_TRUE(body_of(c.answer()) == text) << path;
    EXPECT_EQ(status_of(c.answer()), 403U) << path;
  }
}

TEST_F(HttpServer, SaysThatItIsBusyWhenABodyWaitsTooLong) {
  ServerSettings settings;
  settings.limits.write_timeout_ns = 30 * ms;
  serve(settings);
  for (const std::string path : {"/wait", "/late"}) {
    TestClient c = client();
    const std::string answer = c.ask(post(path, std::string(5000, 'x')));
    EXPECT_EQ(status_of(answer), 503U) << path;
    EXPECT_NE(answer.find("Retry-After: 1"), std::string::npos);
    EXPECT_EQ(c.rest(), "");
  }
}

// ---- other sockets, other threads ----

TEST_F(HttpServer, ListensOnAUnixSocket) {
  const test::TempDir folder;
  serve({}, "unix://" + folder.file("sock"));
  TestClient c(folder.file("sock"));
  EXPECT_EQ(body_of(c.ask(post("/", "by unix"))), "by unix");
}

TEST_F(HttpServer, SharesItsWorkAmongWorkers) {
  ServerSettings settings;
  settings.workers = 3;
  serve(settings);
  std::vector<std::thread> threads;
  threads.reserve(6);
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([this] {
      for (int k = 0; k < 20; ++k) EXPECT_EQ(body_of(client().ask(post("/", "x"))), "x");
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(server_->counts().accepted, 120U);
}

TEST_F(HttpServer, AnswersWhatHasBegunWhenItStops) {
  serve();
  TestClient idle = client();
  TestClient c = client();
  EXPECT_EQ(status_of(idle.ask(post("/", "x"))), 200U);
  const std::string request = post("/", "0123456789");
  c.send(request.substr(0, request.size() - 5));
  EXPECT_TRUE(seen_.wait([this] { return seen_.paths.size() == 2; }));
  std::thread stopping([this] { server_.reset(); });
  EXPECT_EQ(idle.rest(), "");
  c.send("56789");
  const std::string answer = c.rest();
  EXPECT_EQ(status_of(answer), 200U);
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  stopping.join();
}

TEST_F(HttpServer, SpeaksTlsWithWhomItKnows) {
  static const test::Certificates certificates;
  common::TlsServerOptions options;
  options.tls_cert = certificates.certificate("server");
  options.tls_key = certificates.key("server");
  options.tls_allowed_cacerts = {certificates.certificate("ca")};
  ServerSettings settings;
  settings.tls = std::make_shared<common::TlsServer>(options, "");
  serve(settings);
  test::TlsClient::Options with;
  with.ca = certificates.certificate("ca");
  test::TlsClient stranger(client().release(), with);
  EXPECT_TRUE(!stranger.connect() || !stranger.accepted());
  EXPECT_TRUE(seen_.wait([this] { return !seen_.broken.empty(); }));
  with.certificate = certificates.certificate("client");
  with.key = certificates.key("client");
  test::TlsClient known(client().release(), with);
  ASSERT_TRUE(known.connect());
  const std::string text(100'000, 't');
  EXPECT_TRUE(known.write(post("/", text)));
  const std::string answer = known.read_until("\r\n\r\n");
  EXPECT_EQ(status_of(answer), 200U);
}

}  // namespace
}  // namespace weir::http
