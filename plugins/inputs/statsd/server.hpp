#pragma once

// What serves the socket, on the receiving thread.
//
// Threads    All on one thread; it waits for milliseconds at most.

namespace weir::statsd {

class Server {
 public:
  virtual ~Server() = default;

  // What is due by now; -1 = nothing is awaited, else the milliseconds until the next call.
  virtual int tick() { return -1; }
  // The agent stops: takes in what has been received already, within a bound.
  virtual void drain() = 0;
};

}  // namespace weir::statsd
