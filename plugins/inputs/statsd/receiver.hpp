#pragma once

// The plugin's thread: waits for the socket and reads it.
//
// Threads  Made and destroyed by one; flush() from any. The thread calls at_end before it ends.
// Errors   What is thrown while it runs is logged.

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include <weir/sink.hpp>

#include "plugins/common/sockets/poller.hpp"
#include "plugins/inputs/statsd/intake.hpp"
#include "plugins/inputs/statsd/server.hpp"
#include "plugins/inputs/statsd/tcp_server.hpp"

namespace weir::statsd {

class Receiver {
 public:
  // tcp: null for datagrams.
  Receiver(host home, int descriptor, const TcpSettings* tcp, const LineSettings& lines,
           Store& store, std::function<void()> at_end);
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  ~Receiver();

  // Sends the rows of events that wait.
  void flush() { intake_.flush(); }

 private:
  void run();
  template <typename F>
  void guarded(const char* what, F&& step) const;

  host home_;
  common::Poller poller_;
  Intake intake_;
  std::unique_ptr<Server> server_;
  std::function<void()> at_end_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace weir::statsd
