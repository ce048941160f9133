#include "plugins/inputs/tail/watcher.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <utility>

namespace weir::tail {
namespace {

constexpr std::uint32_t wanted = IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF;
constexpr int reads_per_turn = 16;

}  // namespace

Watcher::Watcher(common::Poller& poller, Changed changed)
    : poller_(poller),
      changed_(std::move(changed)),
      descriptor_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (descriptor_ >= 0) poller_.add(descriptor_, *this);
}
Watcher::~Watcher() {
  if (descriptor_ < 0) return;
  poller_.remove(descriptor_);
  ::close(descriptor_);
}

int Watcher::add(const std::string& path) {
  return descriptor_ < 0 ? -1 : inotify_add_watch(descriptor_, path.c_str(), wanted);
}

void Watcher::remove(int watch) {
  if (watch >= 0) inotify_rm_watch(descriptor_, watch);
}

void Watcher::on_ready() {
  alignas(inotify_event) std::array<char, 16384> bytes{};
  for (int i = 0; i < reads_per_turn; ++i) {
    const ssize_t n = ::read(descriptor_, bytes.data(), bytes.size());
    if (n <= 0) return;
    for (std::size_t at = 0; at < static_cast<std::size_t>(n);) {
      const auto& event = *reinterpret_cast<const inotify_event*>(bytes.data() + at);
      changed_(event.wd, (event.mask & IN_MODIFY) == 0);
      at += sizeof event + event.len;
    }
  }
}

}  // namespace weir::tail
