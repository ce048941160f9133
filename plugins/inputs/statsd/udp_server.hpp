#pragma once

// Datagrams, many at a time. While many come it lets them gather between two looks at the socket.
//
// Threads    The receiving thread.
// Ownership  The descriptor is the host's.
// Limits     reads_per_turn calls of the kernel before somebody looks whether the agent stops.

#include <weir/sink.hpp>

#include "plugins/common/sockets/datagrams.hpp"
#include "plugins/common/sockets/gathering_pause.hpp"
#include "plugins/common/sockets/poller.hpp"
#include "plugins/inputs/statsd/server.hpp"

namespace weir::statsd {

class Intake;

class UdpServer final : public Server, public common::Poller::Handler {
 public:
  UdpServer(host home, common::Poller& poller, int descriptor, Intake& intake);
  UdpServer(const UdpServer&) = delete;
  UdpServer& operator=(const UdpServer&) = delete;
  ~UdpServer() override;

  void on_ready() override;
  void drain() override;

 private:
  static constexpr int reads_per_turn = 64;
  static constexpr int drain_reads_max = 10'000;
  struct Taken {
    std::size_t datagrams = 0, bytes = 0;
  };
  Taken read(int times);
  void count_dropped();

  host home_;
  common::Poller& poller_;
  const int descriptor_;
  Intake& intake_;
  common::Datagrams datagrams_;
  common::GatheringPause pause_;
};

}  // namespace weir::statsd
