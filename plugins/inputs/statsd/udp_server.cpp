#include "plugins/inputs/statsd/udp_server.hpp"

#include "plugins/common/sockets/steady_clock.hpp"
#include "plugins/inputs/statsd/intake.hpp"
#include "plugins/inputs/statsd/metrics.hpp"

namespace weir::statsd {

UdpServer::UdpServer(host home, common::Poller& poller, int descriptor, Intake& intake)
    : home_(home),
      poller_(poller),
      descriptor_(descriptor),
      intake_(intake),
      datagrams_(descriptor),
      pause_(descriptor) {
  poller_.add(descriptor_, *this);
}
UdpServer::~UdpServer() { poller_.remove(descriptor_); }

void UdpServer::on_ready() {
  const Taken taken = read(reads_per_turn);
  if (!datagrams_.more()) {
    common::sleep_ns(pause_.after(taken.datagrams, taken.bytes, common::steady_ns()));
  }
}
void UdpServer::drain() { read(drain_reads_max); }

UdpServer::Taken UdpServer::read(int times) {
  Taken taken;
  do {
    const std::size_t n = datagrams_.receive();
    taken.datagrams += n;
    taken.bytes += intake_.read(datagrams_, n);
  } while (datagrams_.more() && --times > 0);
  count_dropped();
  return taken;
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
