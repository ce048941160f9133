#pragma once

// The plugin's thread: waits for sockets and for lanes that have room again.
//
// Threads  start and stop from one thread at a time; resume from any.
// Errors   A server that cannot be made throws from start(). What is thrown while it runs is logged.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <weir/sink.hpp>

#include "plugins/common/sockets/poller.hpp"
#include "plugins/inputs/socket_listener/server.hpp"

namespace weir::socket_listener {

class Loop {
 public:
  using Make = std::function<std::unique_ptr<Server>(common::Poller&)>;

  Loop(host home, const Make& make);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  // The lane has room again.
  void resume(std::uint32_t lane);

 private:
  void run();
  int step();

  host home_;
  common::Poller poller_;
  std::unique_ptr<Server> server_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<std::uint32_t> resumed_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace weir::socket_listener
