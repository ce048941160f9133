#include "plugins/common/sockets/doorbell.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include <weir/error.hpp>

namespace weir::common {

Doorbell::Doorbell() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0) throw retry("no descriptor is left; raise the limit of open files");
}
Doorbell::~Doorbell() { ::close(descriptor_); }

void Doorbell::ring() const {
  // It fails only when it has rung very often.
  if (::write(descriptor_, &once, sizeof once) < 0) errno = 0;
}

void Doorbell::wait(int timeout_ms) const { wait(-1, 0, timeout_ms); }

void Doorbell::wait(int other, short events, int timeout_ms) const {
  std::array<pollfd, 2> both{{{descriptor_, POLLIN, 0}, {other, events, 0}}};
  std::uint64_t times = 0;
  if (::poll(both.data(), both.size(), timeout_ms) <= 0 || both[0].revents == 0) return;
  if (::read(descriptor_, &times, sizeof times) < 0) errno = 0;
}

}  // namespace weir::common
