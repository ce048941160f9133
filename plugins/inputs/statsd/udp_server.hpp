#pragma once

// Datagrams, many at a time.
//
// Threads    The receiving thread.
// Ownership  The descriptor is the host's.
// Limits     reads_per_turn calls of the kernel before somebody looks whether the agent stops.

#include <weir/sink.hpp>

#include "plugins/common/sockets/datagrams.hpp"
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
  void read(int times);
  void count_dropped();

  host home_;
  common::Poller& poller_;
  const int descriptor_;
  Intake& intake_;
  common::Datagrams datagrams_;
};

}  // namespace weir::statsd
