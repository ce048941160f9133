// Opens, reads and closes the same files again and again, and nothing else: what an agent that
// gathers from them cannot undercut.
//
//   read_loop ROUNDS INTERVAL_MS PATH...
//
// In a path, "[pid]" stands for every process there is at that moment. A path given twice is read
// twice. Standard output: {"files":,"bytes":,"cpu_s":}, all of them sums over the rounds. CPU is
// user and system.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "bench/tools/clocks.hpp"
#include "bench/tools/program.hpp"
#include "plugins/common/procfs/directory.hpp"

namespace weir::bench {
namespace {

constexpr std::string_view any_process = "[pid]";

struct Total {
  std::uint64_t files = 0, bytes = 0;
};

// The kernel may hand over a long file in pieces, so that only 0 is the end. A process's stat is
// short.
enum class Reads { one, until_end };

void read_file(int folder, const char* path, Reads reads, Total& total) {
  static std::array<char, 65536> text;
  const int fd = ::openat(folder, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;  // a process that ended, or a file this system does not have
  ssize_t n = 0;
  do {
    n = ::read(fd, text.data(), text.size());
    total.bytes += static_cast<std::uint64_t>(std::max<ssize_t>(n, 0));
  } while (n > 0 && reads == Reads::until_end);
  ::close(fd);
  ++total.files;
}

void read_each_process(const std::string& before, const std::string& after, Total& total) {
  procfs::Directory folder;
  if (folder.open(before) != 0) return;
  int error = 0;
  while (const char* name = folder.next(error)) {
    if (name[0] < '1' || name[0] > '9') continue;
    std::array<char, 64> path{};
    std::snprintf(path.data(), path.size(), "%.20s%s", name, after.c_str());
    read_file(folder.descriptor(), path.data(), Reads::one, total);
  }
}

void read_path(const std::string& path, Total& total) {
  const std::size_t at = path.find(any_process);
  if (at == std::string::npos) return read_file(AT_FDCWD, path.c_str(), Reads::until_end, total);
  read_each_process(path.substr(0, at), path.substr(at + any_process.size()), total);
}

void wait_until(timespec& next, std::int64_t interval_ns) {
  constexpr std::int64_t second_ns = 1'000'000'000;
  const std::int64_t ns = next.tv_nsec + interval_ns;
  next.tv_sec += ns / second_ns;
  next.tv_nsec = ns % second_ns;
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, nullptr) == EINTR) {
  }
}

int run(const std::vector<std::string>& words) {
  const std::uint64_t rounds = std::stoull(words.at(0));
  const std::int64_t interval_ns = std::stoll(words.at(1)) * 1'000'000;
  const std::vector<std::string> paths(words.begin() + 2, words.end());
  timespec next{};
  clock_gettime(CLOCK_MONOTONIC, &next);
  Total total;
  const double begin = process_cpu_seconds();
  for (std::uint64_t round = 0; round < rounds; ++round) {
    for (const std::string& path : paths) read_path(path, total);
    wait_until(next, interval_ns);
  }
  std::printf("{\"files\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"cpu_s\":%.6f}\n", total.files,
              total.bytes, process_cpu_seconds() - begin);
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  return weir::bench::run_tool("read_loop", argc, argv, weir::bench::run);
}
