#include "plugins/inputs/statsd/udp_server.hpp"

#include "plugins/inputs/statsd/intake.hpp"
#include "plugins/inputs/statsd/metrics.hpp"

namespace weir::statsd {

UdpServer::UdpServer(host home, common::Poller& poller, int descriptor, Intake& intake)
    : home_(home),
      poller_(poller),
      descriptor_(descriptor),
      intake_(intake),
      datagrams_(descriptor) {
  poller_.add(descriptor_, *this);
}
UdpServer::~UdpServer() { poller_.remove(descriptor_); }

void UdpServer::on_ready() { read(reads_per_turn); }
void UdpServer::drain() { read(drain_reads_max); }

void UdpServer::read(int times) {
  do {
    intake_.read(datagrams_, datagrams_.receive());
  } while (datagrams_.more() && --times > 0);
  count_dropped();
}

void UdpServer::count_dropped() {
  const std::uint32_t dropped = datagrams_.take_dropped();
  if (dropped == 0) return;
  home_.count(datagrams_dropped, dropped);
  home_.warn(
      "the kernel dropped datagrams because the socket's buffer was full; raise "
      "allowed_pending_messages or read_buffer_size, and net.core.rmem_max that bounds them");
}

}  // namespace weir::statsd
