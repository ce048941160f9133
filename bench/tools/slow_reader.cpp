// The far end of an output of lines, as slow as is wanted: a named pipe into which outputs.file writes.
//
//   slow_reader PIPE FILE RATE SECONDS
//
// Opens PIPE, and for SECONDS takes RATE lines a second from it; then, or when SIGUSR1 comes, as fast
// as they come, until the writer closes it. What it took stands in FILE. With FILE "-" it keeps nothing but
// the age of each line: the time it was read less the time that the line ends with, in nanoseconds.
//
// Standard output: {"lines":} and, of the ages in milliseconds, "p50_ms", "p99_ms", "p999_ms", "max_ms".

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cinttypes>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bench/tools/clocks.hpp"
#include "bench/tools/loopback.hpp"
#include "bench/tools/program.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t piece_bytes = std::size_t{64} << 10U;
constexpr std::size_t time_digits = 19;

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): all that a signal may touch
volatile std::sig_atomic_t hurry = 0;

int opened(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
  if (fd < 0) fail(path);
  return fd;
}

// What becomes of the lines: kept in a file, or only their ages.
class Taken {
 public:
  explicit Taken(const std::string& file)
      : file_(file == "-" ? -1 : opened(file, O_WRONLY | O_CREAT | O_TRUNC)) {}
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;
  ~Taken() {
    if (file_ >= 0) ::close(file_);
  }
  std::uint64_t lines() const { return lines_; }

  void take(std::string_view piece) {
    lines_ += static_cast<std::uint64_t>(std::count(piece.begin(), piece.end(), '\n'));
    if (file_ < 0) return take_ages(piece, now_ns());
    while (!piece.empty()) {
      const ssize_t n = ::write(file_, piece.data(), piece.size());
      if (n < 0) fail("write");
      piece.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  void print() {
    std::sort(ages_ms_.begin(), ages_ms_.end());
    std::printf("{\"lines\":%" PRIu64, lines_);
    if (!ages_ms_.empty()) {
      std::printf(",\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"max_ms\":%.3f", at(0.5),
                  at(0.99), at(0.999), ages_ms_.back());
    }
    std::puts("}");
  }

 private:
  void take_ages(std::string_view piece, std::uint64_t now) {
    for (const char c : piece) {
      if (c >= '0' && c <= '9') {
        number_ = number_ * 10 + static_cast<std::uint64_t>(c - '0');
        ++digits_;
        continue;
      }
      if (c == '\n' && digits_ == time_digits) {
        ages_ms_.push_back(static_cast<float>(static_cast<std::int64_t>(now - number_)) / 1e6F);
      }
      number_ = digits_ = 0;
    }
  }
  double at(double share) const {
    const auto last = static_cast<double>(ages_ms_.size() - 1);
    return static_cast<double>(ages_ms_[static_cast<std::size_t>(share * last)]);
  }

  const int file_;
  std::uint64_t lines_ = 0, number_ = 0, digits_ = 0;
  std::vector<float> ages_ms_{};
};

// Waits until one more piece is due.
void keep_pace(const Watch& watch, std::uint64_t lines, double rate, double seconds) {
  while (hurry == 0 && watch.wall() < seconds && static_cast<double>(lines) > rate * watch.wall()) {
    const timespec step{0, 5'000'000};
    ::nanosleep(&step, nullptr);
  }
}

int run(const std::vector<std::string>& words) {
  std::signal(SIGUSR1, [](int) { hurry = 1; });
  const double rate = std::stod(words.at(2));
  const double seconds = std::stod(words.at(3));
  const int pipe = opened(words.at(0), O_RDONLY);
  Taken taken(words.at(1));
  std::array<char, piece_bytes> piece{};
  const Watch watch;
  for (;;) {
    keep_pace(watch, taken.lines(), rate, seconds);
    // Small while it is slow, so that the pace is even.
    const bool slow = hurry == 0 && watch.wall() < seconds;
    const ssize_t n = ::read(pipe, piece.data(), slow ? piece.size() / 16 : piece.size());
    if (n == 0) break;
    if (n < 0 && errno != EINTR) fail(words.at(0));
    if (n > 0) taken.take({piece.data(), static_cast<std::size_t>(n)});
  }
  ::close(pipe);
  taken.print();
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  return weir::bench::run_tool("slow_reader", argc, argv, weir::bench::run);
}
