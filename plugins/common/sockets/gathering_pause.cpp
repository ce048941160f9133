#include "plugins/common/sockets/gathering_pause.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <ctime>

namespace weir::common {
namespace {

constexpr std::int64_t share = 8;  // of the buffer

}  // namespace

GatheringPause::GatheringPause(int descriptor) {
  int bytes = 0;
  socklen_t n = sizeof bytes;
  if (getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, &n) == 0) room_bytes_ = bytes;
}

std::int64_t GatheringPause::after(std::size_t datagrams, std::size_t bytes, std::int64_t now_ns) {
  const std::int64_t passed_ns = std::max<std::int64_t>(now_ns - last_ns_, 1);
  last_ns_ = now_ns;
  const auto rare = static_cast<std::int64_t>(datagrams) * longest_ns <
                    passed_ns * static_cast<std::int64_t>(least_datagrams);
  if (rare) return 0;
  const auto used = static_cast<std::int64_t>(datagrams * overhead_bytes + 2 * bytes);
  const std::int64_t fills_ns = room_bytes_ / share * passed_ns / used;
  return fills_ns < shortest_ns ? 0 : std::min(fills_ns, longest_ns);
}

void sleep_ns(std::int64_t ns) {
  if (ns <= 0) return;
  constexpr std::int64_t second_ns = 1'000'000'000;
  const timespec pause{ns / second_ns, ns % second_ns};
  clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, nullptr);
}

}  // namespace weir::common
