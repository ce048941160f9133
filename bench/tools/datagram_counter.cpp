// Counts datagrams and does nothing else: what a server of UDP cannot undercut.
//
//   datagram_counter PORT [buffer=BYTES]
//
// Waits in recvmmsg for the next datagram, takes what is there with it, and counts. It ends when nothing came for a
// while after the first one. buffer=BYTES is asked for as the socket's.
//
// Standard output: {"datagrams":,"bytes":,"calls":,"cpu_s":}. CPU is user and system, from the first datagram on.

#include <sys/socket.h>

#include <array>
#include <cinttypes>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "bench/tools/clocks.hpp"
#include "bench/tools/loopback.hpp"
#include "bench/tools/program.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t slots = 64;
constexpr std::size_t slot_bytes = 2048;
constexpr timeval silence{0, 300'000};
constexpr int silent_times_max = 100;  // before the first one

struct Slots {
  Slots() : bytes(slots * slot_bytes) {
    for (std::size_t i = 0; i < slots; ++i) {
      parts[i] = {bytes.data() + i * slot_bytes, slot_bytes};
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
  }
  std::vector<char> bytes;
  std::array<iovec, slots> parts{};
  std::array<mmsghdr, slots> messages{};
};

struct Seen {
  std::uint64_t datagrams = 0, bytes = 0, calls = 0;
  double cpu_s = 0;
};

Seen count(int descriptor) {
  Slots in;
  Seen seen;
  double begin = 0;
  for (int silent = 0; silent < silent_times_max;) {
    const int n = ::recvmmsg(descriptor, in.messages.data(), slots, MSG_WAITFORONE, nullptr);
    if (n <= 0) {
      if (seen.datagrams != 0) break;
      ++silent;
      continue;
    }
    if (seen.datagrams == 0) begin = process_cpu_seconds();
    seen.datagrams += static_cast<std::uint64_t>(n);
    ++seen.calls;
    for (int i = 0; i < n; ++i) seen.bytes += in.messages[static_cast<std::size_t>(i)].msg_len;
  }
  seen.cpu_s = process_cpu_seconds() - begin;
  return seen;
}

int run(const std::vector<std::string>& words) {
  const int socket = bound(SOCK_DGRAM, static_cast<std::uint16_t>(std::stoul(words.at(0)))).fd;
  if (words.size() > 1) {
    const int buffer = std::stoi(words[1].substr(words[1].find('=') + 1));
    ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  }
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
  const Seen seen = count(socket);
  std::printf("{\"datagrams\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"calls\":%" PRIu64
              ",\"cpu_s\":%.6f}\n",
              seen.datagrams, seen.bytes, seen.calls, seen.cpu_s);
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  return weir::bench::run_tool("datagram_counter", argc, argv, weir::bench::run);
}
