#include "plugins/inputs/socket_listener/datagram_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <string_view>
#include <system_error>

#include <weir/error.hpp>

#include "plugins/inputs/socket_listener/metrics.hpp"

namespace weir::socket_listener {
namespace {

constexpr int reads_per_turn = 32;
constexpr int drain_reads_max = 10'000;
constexpr std::size_t excerpt_bytes = 128;

// The host joined the group for any source; one of them alone is wanted.
void choose_source(int descriptor, const std::string& source) {
  group_source_req wanted{};
  socklen_t n = sizeof wanted.gsr_group;
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&wanted.gsr_group), &n);
  auto& v4 = reinterpret_cast<sockaddr_in&>(wanted.gsr_source);
  v4.sin_family = AF_INET;
  group_req any{};
  any.gr_group = wanted.gsr_group;
  const bool chosen =
      inet_pton(AF_INET, source.c_str(), &v4.sin_addr) == 1 &&
      setsockopt(descriptor, IPPROTO_IP, MCAST_LEAVE_GROUP, &any, sizeof any) == 0 &&
      setsockopt(descriptor, IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, &wanted, sizeof wanted) == 0;
  if (!chosen) {
    throw retry("cannot take packets of " + source +
                " alone: " + std::generic_category().message(errno));
  }
}

}  // namespace

DatagramServer::DatagramServer(host home, common::Poller& poller, int descriptor,
                               const DatagramSettings& settings)
    : home_(home),
      poller_(poller),
      descriptor_(descriptor),
      allowed_(settings.allowed),
      decompressor_(settings.encoding, settings.max_decompressed_bytes),
      batch_(home),
      datagrams_(descriptor) {
  if (!settings.multicast_source.empty()) choose_source(descriptor_, settings.multicast_source);
  watch(true);
}
DatagramServer::~DatagramServer() { watch(false); }

void DatagramServer::watch(bool on) {
  if (on && !watched_) poller_.add(descriptor_, *this);
  if (!on && watched_) poller_.remove(descriptor_);
  watched_ = on;
}

void DatagramServer::on_ready() {
  bool more = true;
  for (int i = 0; i < reads_per_turn && more; ++i) {
    more = receive();
    if (batch_.full() && !send()) return;
  }
  send();
}

void DatagramServer::resume(std::uint32_t) {
  if (send()) watch(true);
}

void DatagramServer::drain() {
  bool room = send();
  for (int i = 0; i < drain_reads_max && room && receive(); ++i) {
    if (batch_.full()) room = send();
  }
  if (room) send();
  batch_.abandon();
  watch(false);
}

bool DatagramServer::send() {
  const weir_status status = batch_.send(0);
  if (status == WEIR_WOULD_BLOCK) watch(false);
  return status != WEIR_WOULD_BLOCK;
}

bool DatagramServer::receive() {
  const std::size_t n = datagrams_.receive();
  home_.count(datagrams_received, n);
  home_.count(datagrams_dropped, datagrams_.take_dropped());
  for (std::size_t i = 0; i < n; ++i) take(datagrams_[i]);
  return datagrams_.more();
}

void DatagramServer::take(const common::Datagrams::Datagram& datagram) {
  if (datagram.bytes.empty()) return;
  if (!allowed_.allow(datagram.peer)) {
    home_.count(sources_refused);
  } else if (datagram.truncated) {
    report("the datagram is larger than 64 KiB", datagram.bytes);
  } else {
    add(datagram.bytes);
  }
}

void DatagramServer::add(std::string_view datagram) {
  try {
    const std::string_view message = decompressor_.decompress(datagram);
    home_.count(bytes_received, message.size());
    if (!message.empty()) batch_.add(message, 0);
  } catch (const fail& why) {
    report(why.what(), datagram);
  }
}

void DatagramServer::report(const char* why, std::string_view datagram) const {
  weir_bad bad{};
  bad.size = sizeof bad;
  bad.count = 1;
  bad.reason = borrow(why);
  bad.excerpt = borrow(datagram.substr(0, excerpt_bytes));
  home_.bad(0, bad);
}

}  // namespace weir::socket_listener
