#include "plugins/common/sockets/poller.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include <weir/error.hpp>

namespace weir::common {
namespace {

constexpr std::size_t events_max = 128;

epoll_event event_of(Poller::Handler* handler, Poller::For what) {
  epoll_event event{};
  event.events = what == Poller::For::writing ? EPOLLOUT : EPOLLIN;
  if (what == Poller::For::shared) event.events |= EPOLLEXCLUSIVE;
  event.data.ptr = handler;
  return event;
}

}  // namespace

Poller::Poller()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  epoll_event event = event_of(nullptr, For::reading);
  if (epoll_ < 0 || wake_ < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) {
    const std::string why = std::generic_category().message(errno);
    if (wake_ >= 0) close(wake_);
    if (epoll_ >= 0) close(epoll_);
    throw retry("cannot wait for sockets: " + why + "; raise the limit of open files");
  }
}
Poller::~Poller() {
  close(wake_);
  close(epoll_);
}

void Poller::add(int descriptor, Handler& handler, For what) {
  epoll_event event = event_of(&handler, what);
  epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
}
void Poller::change(int descriptor, Handler& handler, For what) {
  epoll_event event = event_of(&handler, what);
  epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event);
}
void Poller::remove(int descriptor) { epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr); }

void Poller::wait(int timeout_ms) {
  std::array<epoll_event, events_max> events{};
  const int n = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  for (int i = 0; i < n; ++i) {
    auto* handler = static_cast<Handler*>(events[static_cast<std::size_t>(i)].data.ptr);
    std::uint64_t times = 0;
    if (handler != nullptr) {
      handler->on_ready();
    } else if (read(wake_, &times, sizeof times) < 0) {
      errno = 0;  // Somebody else's wish, seen before.
    }
  }
}

void Poller::wake() {
  const std::uint64_t once = 1;
  // It fails only when it is woken already.
  if (write(wake_, &once, sizeof once) < 0) errno = 0;
}

}  // namespace weir::common
