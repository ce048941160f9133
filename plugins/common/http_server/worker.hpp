#pragma once

// One thread of a server, with its connections.
//
// Threads  Its own, but for notify() and stop().
// Errors   What is thrown while it runs is logged.

#include <mutex>
#include <thread>
#include <unordered_map>

#include "plugins/common/http_server/meter.hpp"
#include "plugins/common/http_server/server.hpp"

namespace weir::http {

class Worker final : public Connection::Owner, public Connections, public common::Poller::Handler {
 public:
  Worker(host home, const ServerSettings& settings, ServerCounts& counts, int listening,
         std::uint32_t number);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() override;

  void begin(const Server::MakeHandler& make);
  // Begins to drain; join() waits for its end.
  void stop();
  void join();
  void notify(std::uint64_t value);

  // Connections
  void resume(ConnectionId connection) override { resumed_.push_back(connection); }
  Meter& meter() override { return meter_; }

 private:
  // Connection::Owner
  http::Handler& handler() override { return *handler_; }
  const ServerLimits& limits() const override { return settings_.limits; }
  Request& request() override { return request_; }
  std::span<char> scratch() override { return scratch_; }
  std::string_view date() override;
  bool closing() const override { return stopping_; }
  void again(ConnectionId connection) override { again_.push_back(connection); }
  void ended(ConnectionId connection) override;

  // Poller::Handler
  void on_ready() override;

  void run();
  int round(int timeout_ms);
  void serve_rest();
  void drain();
  bool accept_one();
  void add(int descriptor, const sockaddr_storage& peer);
  void pause_accepting(const std::string& why);
  void resume_accepting(std::int64_t now_ns);
  int expire(std::int64_t now_ns);
  ConnectionId next_id();

  host home_;
  const ServerSettings& settings_;
  ServerCounts& counts_;
  int listening_;
  std::uint32_t number_;
  common::Poller poller_;
  Meter meter_;
  std::vector<char> scratch_;
  Request request_;
  std::unique_ptr<http::Handler> handler_;
  std::unordered_map<ConnectionId, std::unique_ptr<Connection>> connections_;
  std::vector<ConnectionId> again_, resumed_;
  std::uint32_t last_ = 0;
  bool accepting_ = false;
  std::int64_t accept_at_ns_ = 0;  // when it is tried again
  std::int64_t expire_at_ns_ = 0;
  std::int64_t date_s_ = 0;
  std::string date_;

  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<std::uint64_t> notified_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace weir::http
