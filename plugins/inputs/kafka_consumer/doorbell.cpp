#include "plugins/inputs/kafka_consumer/doorbell.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

#include <weir/error.hpp>

namespace weir::kafka_consumer {

Doorbell::Doorbell() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0) throw retry("no descriptor is left; raise the limit of open files");
}
Doorbell::~Doorbell() { ::close(descriptor_); }

void Doorbell::ring() const {
  // It fails only when it has rung very often.
  if (::write(descriptor_, &once, sizeof once) < 0) errno = 0;
}

void Doorbell::wait(int timeout_ms) const {
  pollfd one{descriptor_, POLLIN, 0};
  std::uint64_t times = 0;
  if (::poll(&one, 1, timeout_ms) > 0 && ::read(descriptor_, &times, sizeof times) < 0) errno = 0;
}

}  // namespace weir::kafka_consumer
