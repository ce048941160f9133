#include "plugins/inputs/statsd/receiver.hpp"

#include <exception>
#include <string>
#include <utility>

#include "plugins/inputs/statsd/udp_server.hpp"

namespace weir::statsd {

Receiver::Receiver(host home, int descriptor, const TcpSettings* tcp, const LineSettings& lines,
                   Store& store, std::function<void()> at_end)
    : home_(home), intake_(home, lines, store), at_end_(std::move(at_end)) {
  if (tcp != nullptr) {
    server_ = std::make_unique<TcpServer>(home, poller_, descriptor, intake_, *tcp);
  } else {
    server_ = std::make_unique<UdpServer>(home, poller_, descriptor, intake_);
  }
  thread_ = std::thread([this] { run(); });
}

Receiver::~Receiver() {
  stopping_ = true;
  poller_.wake();
  thread_.join();
}

void Receiver::run() {
  int timeout_ms = -1;
  while (!stopping_) {
    guarded("the socket could not be served: ", [&] {
      poller_.wait(timeout_ms);
      timeout_ms = server_->tick();
    });
  }
  guarded("what had been received was not taken in: ", [&] { server_->drain(); });
  guarded("the last metrics were not made: ", [&] { at_end_(); });
}

template <typename F>
void Receiver::guarded(const char* what, F&& step) const {
  try {
    step();
  } catch (const std::exception& why) {
    home_.error(std::string(what) + why.what());
  }
}

}  // namespace weir::statsd
