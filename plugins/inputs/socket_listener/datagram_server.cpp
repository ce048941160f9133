#include "plugins/inputs/socket_listener/datagram_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

#include <weir/error.hpp>

#include "plugins/inputs/socket_listener/metrics.hpp"

namespace weir::socket_listener {
namespace {

constexpr std::size_t slots_max = 32;
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

// Room for one recvmmsg. Pages of it are used only as far as datagrams are long.
struct DatagramServer::Slots {
  union Control {
    cmsghdr align;
    std::array<char, CMSG_SPACE(sizeof(std::uint32_t))> bytes;
  };

  Slots() : bytes(std::make_unique_for_overwrite<char[]>(slots_max * datagram_bytes_max)) {}
  void prepare() {
    for (std::size_t i = 0; i < slots_max; ++i) {
      parts[i] = {bytes.get() + i * datagram_bytes_max, datagram_bytes_max};
      msghdr& h = messages[i].msg_hdr;
      h = {};
      h.msg_iov = &parts[i];
      h.msg_iovlen = 1;
      h.msg_name = &peers[i];
      h.msg_namelen = sizeof peers[i];
      h.msg_control = controls[i].bytes.data();
      h.msg_controllen = controls[i].bytes.size();
    }
  }

  std::unique_ptr<char[]> bytes;
  std::array<mmsghdr, slots_max> messages{};
  std::array<iovec, slots_max> parts{};
  std::array<sockaddr_storage, slots_max> peers{};
  std::array<Control, slots_max> controls{};
};

DatagramServer::DatagramServer(host home, Poller& poller, int descriptor,
                               const DatagramSettings& settings)
    : home_(home),
      poller_(poller),
      descriptor_(descriptor),
      allowed_(settings.allowed),
      decompressor_(settings.encoding, settings.max_decompressed_bytes),
      batch_(home),
      slots_(std::make_unique<Slots>()) {
  if (!settings.multicast_source.empty()) choose_source(descriptor_, settings.multicast_source);
  const int on = 1;
  setsockopt(descriptor_, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
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
  slots_->prepare();
  const int n = recvmmsg(descriptor_, slots_->messages.data(), slots_max, MSG_DONTWAIT, nullptr);
  if (n <= 0) return n < 0 && errno == EINTR;
  home_.count(datagrams_received, static_cast<std::uint64_t>(n));
  for (int i = 0; i < n; ++i) take(slots_->messages[static_cast<std::size_t>(i)]);
  count_drops(slots_->messages[static_cast<std::size_t>(n - 1)].msg_hdr);
  return static_cast<std::size_t>(n) == slots_max;
}

void DatagramServer::take(const mmsghdr& message) {
  const msghdr& h = message.msg_hdr;
  const std::string_view datagram(static_cast<const char*>(h.msg_iov->iov_base), message.msg_len);
  if (datagram.empty()) return;
  if (!allowed_.allow(*static_cast<const sockaddr_storage*>(h.msg_name))) {
    home_.count(sources_refused);
  } else if ((h.msg_flags & MSG_TRUNC) != 0) {
    report("the datagram is larger than 64 KiB", datagram);
  } else {
    add(datagram);
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

// The kernel tells with each datagram how many it has dropped since the socket was made.
void DatagramServer::count_drops(msghdr& message) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL) continue;
    std::uint32_t total = 0;
    std::memcpy(&total, CMSG_DATA(c), sizeof total);
    home_.count(datagrams_dropped, total - dropped_);
    dropped_ = total;
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
