#pragma once

// How long to let datagrams gather before the next look at a socket. Under load most of the time goes into waking up:
// one wake-up a millisecond, for all that came meanwhile, instead of one for each.
//
//   common::GatheringPause pause(descriptor);
//   ... everything was read, n datagrams of so many bytes:
//   common::sleep_ns(pause.after(n, bytes, common::steady_ns()));
//
// It is 0 while few come, and never longer than an eighth of the kernel's buffer takes to fill at the rate
// that was seen last.
//
// Threads  One thread at a time.
// Units    Nanoseconds of the steady clock.

#include <cstddef>
#include <cstdint>

namespace weir::common {

class GatheringPause {
 public:
  static constexpr std::int64_t longest_ns = 1'000'000;
  static constexpr std::int64_t shortest_ns = 100'000;  // below, sleeping itself costs what is won
  static constexpr std::size_t least_datagrams = 8;     // in longest_ns: fewer are not worth it
  // What the kernel counts for a datagram beside its bytes, which it rounds up to at most twice as many.
  static constexpr std::size_t overhead_bytes = 768;

  // The socket's receive buffer, as it is now.
  explicit GatheringPause(int descriptor);
  // The pause after so many datagrams came since the last time this was asked.
  std::int64_t after(std::size_t datagrams, std::size_t bytes, std::int64_t now_ns);

 private:
  std::int64_t room_bytes_ = 0;
  std::int64_t last_ns_ = 0;
};

// Nothing where it is 0.
void sleep_ns(std::int64_t ns);

}  // namespace weir::common
