#include "plugins/inputs/socket_listener/loop.hpp"

#include <exception>
#include <string>
#include <utility>

namespace weir::socket_listener {

Loop::Loop(host home, const Make& make)
    : home_(home), server_(make(poller_)), thread_([this] { run(); }) {}

Loop::~Loop() {
  stopping_ = true;
  poller_.wake();
  thread_.join();
}

void Loop::resume(std::uint32_t lane) {
  {
    const std::lock_guard lock(mutex_);
    resumed_.push_back(lane);
  }
  poller_.wake();
}

void Loop::run() {
  int timeout_ms = -1;
  while (!stopping_) {
    try {
      poller_.wait(timeout_ms);
      timeout_ms = step();
    } catch (const std::exception& why) {
      home_.error(std::string("a socket could not be served: ") + why.what());
      timeout_ms = 0;
    }
  }
  try {
    server_->drain();
  } catch (const std::exception& why) {
    home_.error(std::string("what had been received was not taken in: ") + why.what());
  }
}

int Loop::step() {
  std::vector<std::uint32_t> lanes;
  {
    const std::lock_guard lock(mutex_);
    lanes.swap(resumed_);
  }
  for (const std::uint32_t lane : lanes) server_->resume(lane);
  return server_->tick();
}

}  // namespace weir::socket_listener
