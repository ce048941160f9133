#include "plugins/common/sockets/datagrams.hpp"

#include <array>
#include <cerrno>
#include <cstring>

namespace weir::common {
namespace {

// Buffers that begin a power of two apart would share one set of the cache.
constexpr std::size_t stride_bytes = Datagrams::datagram_bytes_max + 192;

}  // namespace

struct Datagrams::Slots {
  union Control {
    cmsghdr align;
    std::array<char, CMSG_SPACE(sizeof(std::uint32_t))> bytes;
  };

  Slots() : bytes(std::make_unique_for_overwrite<char[]>(slots_max * stride_bytes)) {
    for (std::size_t i = 0; i < slots_max; ++i) {
      parts[i] = {bytes.get() + i * stride_bytes, datagram_bytes_max};
    }
  }
  // What the kernel writes over: of the slots that it filled.
  void prepare(std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
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
  std::size_t filled = slots_max;
};

Datagrams::Datagrams(int descriptor) : descriptor_(descriptor), slots_(std::make_unique<Slots>()) {
  const int on = 1;
  setsockopt(descriptor_, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
}
Datagrams::~Datagrams() = default;

std::size_t Datagrams::receive() {
  slots_->prepare(slots_->filled);
  const int n = recvmmsg(descriptor_, slots_->messages.data(), slots_max, MSG_DONTWAIT, nullptr);
  more_ = n == static_cast<int>(slots_max) || (n < 0 && errno == EINTR);
  slots_->filled = n > 0 ? static_cast<std::size_t>(n) : 0;
  if (slots_->filled != 0) read_dropped(slots_->filled - 1);
  return slots_->filled;
}

Datagrams::Datagram Datagrams::operator[](std::size_t i) const {
  const mmsghdr& m = slots_->messages[i];
  return {{static_cast<const char*>(slots_->parts[i].iov_base), m.msg_len},
          slots_->peers[i],
          (m.msg_hdr.msg_flags & MSG_TRUNC) != 0};
}

std::uint32_t Datagrams::take_dropped() {
  const std::uint32_t more = dropped_ - told_;
  told_ = dropped_;
  return more;
}

void Datagrams::read_dropped(std::size_t slot) {
  msghdr& h = slots_->messages[slot].msg_hdr;
  for (cmsghdr* c = CMSG_FIRSTHDR(&h); c != nullptr; c = CMSG_NXTHDR(&h, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL) continue;
    std::memcpy(&dropped_, CMSG_DATA(c), sizeof dropped_);
  }
}

}  // namespace weir::common
