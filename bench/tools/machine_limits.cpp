// What this machine can do at all with bytes, for setting an agent's figures beside it.
//
//   machine_limits SAMPLE TMPFS_FOLDER DISK_FOLDER
//
// SAMPLE is a file of lines; every limit moves its bytes once per round, for about half a second:
//   memcpy       from memory to memory, both larger than the caches where SAMPLE is
//   lines        counting newlines with memchr, as wc -l does
//   tcp_receive  over one loopback connection; the CPU seconds are the receiver's
//   tmpfs_write  write() into a file of TMPFS_FOLDER
//   udp_receive  datagrams of 32 bytes by recvmmsg, from a sender that floods; "bytes" are datagrams that came
//   disk_write   the same in DISK_FOLDER, ending with fdatasync
//   call         of a function behind a pointer; "bytes" are calls
//
// Standard output, a line each: {"limit":NAME,"bytes":,"wall_s":,"cpu_s":}.

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/tools/clocks.hpp"
#include "bench/tools/loopback.hpp"
#include "bench/tools/program.hpp"

namespace weir::bench {
namespace {

constexpr double enough_s = 0.5;
constexpr std::size_t piece_bytes = std::size_t{256} << 10U;
constexpr std::size_t datagram_bytes = 32;
constexpr int udp_room_bytes = 4 << 20;

// Keeps what was computed from being optimized away.
template <typename T>
void keep(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

void print(const char* name, std::uint64_t bytes, double wall, double cpu) {
  std::printf("{\"limit\":\"%s\",\"bytes\":%" PRIu64 ",\"wall_s\":%.6f,\"cpu_s\":%.6f}\n", name,
              bytes, wall, cpu);
}

// Rounds of a step that says how many bytes it handled, until the time is enough.
template <typename F>
void repeat(const char* name, F&& step) {
  step();  // warm
  const Watch watch;
  std::uint64_t bytes = 0;
  do {
    bytes += step();
  } while (watch.wall() < enough_s);
  print(name, bytes, watch.wall(), watch.cpu());
}

void copy(const std::string& text) {
  std::vector<char> to(text.size());
  repeat("memcpy", [&] {
    std::memcpy(to.data(), text.data(), text.size());
    keep(to.data());
    return text.size();
  });
}

void count_lines(const std::string& text) {
  repeat("lines", [&] {
    std::uint64_t lines = 0;
    const char* const end = text.data() + text.size();
    for (const char* at = text.data(); at < end; ++at, ++lines) {
      at = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
      if (at == nullptr) break;
    }
    keep(lines);
    return text.size();
  });
}

void write_pieces(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), std::min(text.size(), piece_bytes));
    if (n < 0) fail("write");
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

void write_file(const char* name, const std::string& folder, const std::string& text, bool sync) {
  const std::string path = folder + "/machine_limits." + std::to_string(::getpid());
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) fail(path);
  ::unlink(path.c_str());
  repeat(name, [&] {
    // New blocks each round, as a growing file takes them.
    if (::ftruncate(fd, 0) != 0 || ::lseek(fd, 0, SEEK_SET) != 0) fail(path);
    write_pieces(fd, text);
    if (sync && ::fdatasync(fd) != 0) fail(path);
    return text.size();
  });
  ::close(fd);
}

void send_for_a_while(sockaddr_in to, const std::string& text) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || ::connect(fd, any(to), sizeof to) != 0) fail("connect");
  for (const Watch watch; watch.wall() < 2 * enough_s;) write_pieces(fd, text);
  ::close(fd);
}

void receive_all(int fd) {
  std::vector<char> into(piece_bytes);
  const Watch watch;
  std::uint64_t bytes = 0;
  ssize_t n = 0;
  while ((n = ::read(fd, into.data(), into.size())) > 0) bytes += static_cast<std::uint64_t>(n);
  print("tcp_receive", bytes, watch.wall(), watch.cpu());
}

void receive(const std::string& text) {
  const Bound listener = bound(SOCK_STREAM, 0);
  if (::listen(listener.fd, 1) != 0) fail("listen");
  std::thread sender([&] { send_for_a_while(listener.address, text); });
  const int fd = ::accept(listener.fd, nullptr, nullptr);
  if (fd >= 0) receive_all(fd);
  sender.join();
  ::close(fd);
  ::close(listener.fd);
}

// Datagrams of one call, each with room of its own.
class Datagrams {
 public:
  Datagrams() {
    for (std::size_t i = 0; i < headers_.size(); ++i) {
      pieces_[i] = {room_[i].data(), datagram_bytes};
      headers_[i].msg_hdr.msg_iov = &pieces_[i];
      headers_[i].msg_hdr.msg_iovlen = 1;
    }
  }
  mmsghdr* headers() { return headers_.data(); }
  static constexpr unsigned count = 64;

 private:
  std::array<std::array<char, datagram_bytes>, count> room_{};
  std::array<iovec, count> pieces_{};
  std::array<mmsghdr, count> headers_{};
};

void send_datagrams(sockaddr_in to, const std::atomic<bool>& enough) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || ::connect(fd, any(to), sizeof to) != 0) fail("connect");
  Datagrams datagrams;
  while (!enough) ::sendmmsg(fd, datagrams.headers(), Datagrams::count, 0);
  ::close(fd);
}

// The sender floods: what does not fit is dropped by the kernel, and not in the figure.
void receive_datagrams() {
  const Bound socket = bound(SOCK_DGRAM, 0);
  const int room = udp_room_bytes;
  ::setsockopt(socket.fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  std::atomic<bool> enough{false};
  std::thread sender([&] { send_datagrams(socket.address, enough); });
  Datagrams datagrams;
  repeat("udp_receive", [&] {
    const int n =
        ::recvmmsg(socket.fd, datagrams.headers(), Datagrams::count, MSG_WAITFORONE, nullptr);
    if (n < 0) fail("recvmmsg");
    return static_cast<std::uint64_t>(n);
  });
  enough = true;
  sender.join();
  ::close(socket.fd);
}

int add_one(int to) { return to + 1; }

void call() {
  int (*volatile function)(int) = add_one;
  constexpr std::uint64_t calls = 1'000'000;
  repeat("call", [&] {
    int n = 0;
    for (std::uint64_t i = 0; i < calls; ++i) n = function(n);
    keep(n);
    return calls;
  });
}

int run(const std::vector<std::string>& words) {
  std::ifstream file(words.at(0), std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.empty()) throw std::runtime_error(words.at(0) + " is empty or cannot be read");
  copy(text);
  count_lines(text);
  receive(text);
  receive_datagrams();
  write_file("tmpfs_write", words.at(1), text, false);
  write_file("disk_write", words.at(2), text, true);
  call();
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  return weir::bench::run_tool("machine_limits", argc, argv, weir::bench::run);
}
