// Sends counters in the format of statsd, at a given rate or as fast as it can, and says what it sent.
//
//   datagram_sender PORT [datagrams=N] [rate=N] [metrics=N] [series=N]
//
// Each metric is a counter's 1, "bench.requests.000042:1|c", so that the sum of what comes out tells how many arrived.
// metrics=N of them stand in a datagram, a line each; the series come one after the other. rate=N sends so many
// datagrams a second, those of some ten microseconds at once; without it as fast as the kernel takes them.
//
// Standard output: {"datagrams":,"metrics":,"bytes":,"wall_s":,"cpu_s":}.

#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <map>
#include <string>
#include <vector>

#include "bench/tools/clocks.hpp"
#include "bench/tools/loopback.hpp"
#include "bench/tools/program.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t burst_max = 64;
constexpr timespec pause{0, 40'000};

struct Options {
  std::uint64_t datagrams = 100'000, rate = 0, metrics = 1, series = 1000;
};

// Made before the first one is sent.
class Datagrams {
 public:
  explicit Datagrams(const Options& o) : texts_(o.series) {
    std::uint64_t next = 0;
    for (std::string& text : texts_) {
      for (std::uint64_t i = 0; i < o.metrics; ++i, next = (next + 1) % o.series) {
        std::array<char, 64> line{};
        const int n =
            std::snprintf(line.data(), line.size(), "bench.requests.%06" PRIu64 ":1|c\n", next);
        text.append(line.data(), static_cast<std::size_t>(n));
      }
      text.pop_back();
    }
    for (std::string& text : texts_) parts_.push_back({text.data(), text.size()});
    messages_.resize(texts_.size());
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      messages_[i].msg_hdr.msg_iov = &parts_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
    }
  }
  // Sends at most so many; returns how many that were.
  std::size_t send(int descriptor, std::uint64_t n_max) {
    const std::size_t n = std::min({n_max, burst_max, messages_.size() - at_});
    const int sent = ::sendmmsg(descriptor, &messages_[at_], static_cast<unsigned>(n), 0);
    if (sent < 0 && errno != EINTR && errno != ECONNREFUSED) fail("sendmmsg");
    const std::size_t done = sent < 0 ? 0 : static_cast<std::size_t>(sent);
    for (std::size_t i = at_; i < at_ + done; ++i) bytes_ += parts_[i].iov_len;
    at_ = (at_ + done) % messages_.size();
    return done;
  }
  std::uint64_t bytes() const { return bytes_; }

 private:
  std::vector<std::string> texts_;
  std::vector<iovec> parts_{};
  std::vector<mmsghdr> messages_{};
  std::size_t at_ = 0;
  std::uint64_t bytes_ = 0;
};

std::uint64_t send_all(Datagrams& datagrams, int descriptor, const Options& o) {
  const Watch watch;
  std::uint64_t sent = 0;
  while (sent < o.datagrams) {
    const double due = o.rate == 0 ? 1e18 : watch.wall() * static_cast<double>(o.rate);
    const std::uint64_t until = std::min(o.datagrams, static_cast<std::uint64_t>(due));
    if (until <= sent) {
      ::clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, nullptr);
    } else {
      sent += datagrams.send(descriptor, until - sent);
    }
  }
  return sent;
}

Options options_of(const std::vector<std::string>& words) {
  Options o;
  const std::map<std::string, std::uint64_t*> numbers{{"datagrams", &o.datagrams},
                                                      {"rate", &o.rate},
                                                      {"metrics", &o.metrics},
                                                      {"series", &o.series}};
  for (const std::string& word : std::vector(words.begin() + 1, words.end())) {
    const std::size_t equals = word.find('=');
    *numbers.at(word.substr(0, equals)) = std::stoull(word.substr(equals + 1));
  }
  return o;
}

int run(const std::vector<std::string>& words) {
  const Options o = options_of(words);
  sockaddr_in to = loopback(static_cast<std::uint16_t>(std::stoul(words.at(0))));
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0 || ::connect(socket, any(to), sizeof to) != 0) fail("connect");
  Datagrams datagrams(o);
  ::prctl(PR_SET_TIMERSLACK, 1);  // or every pause is 50 us longer
  const double wall = wall_seconds();
  const double cpu = process_cpu_seconds();
  const std::uint64_t sent = send_all(datagrams, socket, o);
  std::printf("{\"datagrams\":%" PRIu64 ",\"metrics\":%" PRIu64 ",\"bytes\":%" PRIu64
              ",\"wall_s\":%.6f,\"cpu_s\":%.6f}\n",
              sent, sent * o.metrics, datagrams.bytes(), wall_seconds() - wall,
              process_cpu_seconds() - cpu);
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  return weir::bench::run_tool("datagram_sender", argc, argv, weir::bench::run);
}
