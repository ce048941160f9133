#include "core/queue/budget.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace weir::queue {
namespace {

constexpr std::int64_t limit_max_bytes = std::int64_t{1} << 30;

// The number after so many others in a one-line file; 0 where there is none ("max", no such file).
std::int64_t number_in(const char* path, int skip = 0) {
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  std::array<char, 64> text{};
  const ssize_t n = ::read(fd, text.data(), text.size() - 1);
  ::close(fd);
  if (n <= 0) return 0;
  char* at = text.data();
  for (; skip > 0; --skip) std::strtoll(at, &at, 10);
  return std::strtoll(at, nullptr, 10);
}

std::int64_t machine_bytes() {
  return std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGESIZE);
}

}  // namespace

bool Budget::charge(std::int64_t bytes, Use use) {
  const std::int64_t limit = use == Use::input ? input_limit_bytes() : limit_bytes_;
  const std::int64_t now = used_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  if (use != Use::forced && now > limit) {
    give_back(bytes);
    return false;
  }
  std::int64_t peak = peak_.load(std::memory_order_relaxed);
  while (now > peak && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
  return true;
}

void Budget::give_back(std::int64_t bytes) {
  const std::int64_t left = used_.fetch_sub(bytes, std::memory_order_seq_cst) - bytes;
  if (!wants_room_.load(std::memory_order_seq_cst) || left >= input_limit_bytes()) return;
  if (wants_room_.exchange(false, std::memory_order_seq_cst) && on_room_) on_room_();
}

std::int64_t resident_bytes() { return number_in("/proc/self/statm", 1) * ::sysconf(_SC_PAGESIZE); }

std::int64_t buffers_limit_bytes(std::int64_t memory_limit_bytes, std::int64_t held_bytes) {
  const std::int64_t rest = memory_limit_bytes - held_bytes;
  return std::max(memory_limit_bytes / 2, rest - rest / (Budget::recycled_part + 1));
}

std::int64_t default_memory_limit_bytes() {
  const std::int64_t cgroup = number_in("/sys/fs/cgroup/memory.max");
  const std::int64_t whole = cgroup > 0 ? std::min(cgroup, machine_bytes()) : machine_bytes();
  return std::min(whole / 4, limit_max_bytes);
}

}  // namespace weir::queue
