#pragma once

// A real HTTP server for the tests of clients: keeps what it was sent, and answers as the test says.
//
// Threads  requests() and the like from the test; the answers are made on the server's thread.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <weir/testing/host.hpp>

#include "plugins/common/http_server/server.hpp"
#include "plugins/common/sockets/listening_socket.hpp"
#include "tests/support/certificates.hpp"

namespace weir::http {

struct TestRequest {
  std::string method, target, body;
  std::vector<std::pair<std::string, std::string>> fields;

  bool has(std::string_view name) const {
    for (const auto& [n, v] : fields) {
      if (same_name(n, name)) return true;
    }
    return false;
  }
  std::string_view field(std::string_view name) const {
    for (const auto& [n, v] : fields) {
      if (same_name(n, name)) return v;
    }
    return {};
  }
};

class TestServer {
 public:
  using MakeAnswer = std::function<Response(const TestRequest&)>;

  // certificates: for TLS, or null.
  explicit TestServer(const std::string& listen = "tcp://127.0.0.1:0",
                      const test::Certificates* certificates = nullptr, bool wants_client = false)
      : secure_(certificates != nullptr) {
    ServerSettings settings;
    settings.limits.body_bytes_max = std::uint64_t{1} << 30;
    if (certificates != nullptr) {
      common::TlsServerOptions tls;
      tls.tls_cert = certificates->certificate("server");
      tls.tls_key = certificates->key("server");
      if (wants_client) tls.tls_allowed_cacerts = {certificates->certificate("ca")};
      settings.tls = std::make_shared<common::TlsServer>(tls, "");
    }
    socket_ = std::make_unique<common::ListeningSocket>(host(home_.table()), listen, "listen");
    server_ = std::make_unique<Server>(
        host(home_.table()), settings, socket_->descriptor(),
        [this](std::uint32_t, Connections&) { return std::make_unique<Keeper>(*this); });
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;
  ~TestServer() = default;

  std::string url() const {
    return (secure_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(home_.port());
  }
  // Without it the answer is 204.
  void answer_with(MakeAnswer make) {
    const std::lock_guard lock(mutex_);
    make_ = std::move(make);
  }
  // Requests from here on get no answer.
  void hold() {
    const std::lock_guard lock(mutex_);
    holding_ = true;
  }
  void stop() {
    server_.reset();
    socket_.reset();
  }
  std::vector<TestRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  std::uint64_t connections() const { return server_->counts().accepted; }

 private:
  class Keeper;
  class Kept final : public Body {
   public:
    Kept(TestServer& server, TestRequest request) : server_(server), request_(std::move(request)) {}
    Room room() override {
      request_.body.resize(used_ + room_bytes);
      return {Next::go_on, request_.body.data() + used_, room_bytes};
    }
    void take(std::size_t n) override { used_ += n; }
    Next finish() override {
      request_.body.resize(used_);
      return server_.take(request_) ? Next::answer : Next::wait;
    }
    Response answer() override { return server_.answer(request_); }

   private:
    static constexpr std::size_t room_bytes = std::size_t{64} << 10;
    TestServer& server_;
    TestRequest request_;
    std::size_t used_ = 0;
  };
  class Keeper final : public Handler {
   public:
    explicit Keeper(TestServer& server) : server_(server) {}
    Reception begin(const Request& request, ConnectionId) override {
      TestRequest kept{std::string(request.method), std::string(request.target), {}, {}};
      for (const Field& f : request.fields) kept.fields.emplace_back(f.name, f.value);
      return {std::make_unique<Kept>(server_, std::move(kept)), {}};
    }
    void broken(const std::string&, const char*) override {}

   private:
    TestServer& server_;
  };

  // False when it gets no answer.
  bool take(const TestRequest& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    return !holding_;
  }
  Response answer(const TestRequest& request) {
    MakeAnswer make;
    {
      const std::lock_guard lock(mutex_);
      make = make_;
    }
    if (make) return make(request);
    Response none;
    none.status = 204;
    return none;
  }

  const bool secure_;
  mutable std::mutex mutex_;
  MakeAnswer make_;                    // guarded by mutex_
  bool holding_ = false;               // guarded by mutex_
  std::vector<TestRequest> requests_;  // guarded by mutex_
  testing::host home_{WEIR_OWN_THREADS};
  std::unique_ptr<common::ListeningSocket> socket_;
  std::unique_ptr<Server> server_;
};

}  // namespace weir::http
