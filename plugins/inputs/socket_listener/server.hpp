#pragma once

// What serves a listening socket, on the plugin's own thread.
//
// Threads    All on one thread; it never waits.
// Ownership  The listening descriptor is the host's.

#include <cstdint>

#include "plugins/common/sockets/poller.hpp"

namespace weir::socket_listener {

class Server {
 public:
  virtual ~Server() = default;

  // The lane has room again.
  virtual void resume(std::uint32_t lane) = 0;
  // What is due by now; -1 = nothing is awaited, else the milliseconds until the next call.
  virtual int tick() { return -1; }
  // The agent stops: takes in what has been received already, within a bound, and ends everything.
  virtual void drain() = 0;
};

}  // namespace weir::socket_listener
