// Sends line protocol or JSON over TCP as fast as the peer takes it, and says what it sent.
//
//   line_sender PORT [records=N] [connections=N] [series=N] [first=N] [new=1] [json=1] [sample=FILE]
//               [rate=N] [seconds=N] [stamp=1]
//
// A record has four tags and five fields in about 170 bytes, 205 as JSON; its field seq is a number
// of its own, so that sequence_check can tell at the other end which are missing or double. Each connection has
// a part of the series, and sends them again and again; with new=1 every record is a series of its
// own. The lines are made before the first one is sent; while sending, only digits change in place.
// Having sent all, it closes its half of a connection and waits for the peer's end: then the peer
// has read everything. sample=FILE writes the lines there instead of sending them. rate=N sends so many records a
// second over each connection, a piece a millisecond; seconds=N ends after that time, if not all are sent
// before; stamp=1 writes the time of sending into each line of line protocol.
//
// Standard output: {"records":,"bytes":,"wall_s":,"cpu_s":}. Status 1 with a reason on standard
// error.

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <mutex>
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

constexpr std::size_t piece_bytes = std::size_t{256} << 10U;
constexpr int end_timeout_s = 30;
constexpr std::size_t seq_digits = 12;
constexpr std::size_t host_digits = 8;
constexpr std::size_t time_digits = 19;
// Always as many digits, whatever is added.
constexpr std::uint64_t seq_base = 100'000'000'000;

struct Options {
  std::uint16_t port = 0;
  std::uint64_t records = 1'000'000, connections = 1, series = 10'000, first = 0;
  std::uint64_t rate = 0, seconds = 0;  // 0: no bound
  bool new_series = false, json = false, stamp = false;
  std::string sample;
};

struct Sent {
  std::uint64_t records = 0, bytes = 0;
};

void put_digits(char* at, std::uint64_t value, std::size_t digits) {
  for (std::size_t i = digits; i > 0; --i, value /= 10) {
    at[i - 1] = static_cast<char>('0' + value % 10);
  }
}

// What a series is made of.
struct Series {
  explicit Series(std::uint64_t n)
      : number(n), mixed(static_cast<unsigned>((n * 0x9E3779B97F4A7C15U) >> 40U)) {}
  std::uint64_t number;
  unsigned mixed;
  unsigned cluster() const { return mixed % 9 + 1; }
  unsigned zone() const { return mixed % 48; }
  const char* service() const {
    static constexpr const char* names[] = {"checkout", "payment", "search", "catalog", "gateway"};
    return names[mixed % 5];
  }
  double latency_ms() const { return 1 + mixed % 89999 / 1000.0; }
  double load() const { return 1 + mixed % 7919 / 10000.0; }
  double ratio() const { return mixed % 9973 / 10000.0; }
  double size_kb() const { return 10 + mixed % 8999 / 100.0; }
};

int print_line_protocol(const Series& s, char* to, std::size_t room) {
  return std::snprintf(to, room,
                       "web_requests,cluster=eu-west-%u,host=web-%08" PRIu64
                       ",service=%s,zone=zone-%02u latency_ms=%.3f,load=%.4f,ratio=%.4f,"
                       "size_kb=%.2f,seq=%012" PRIu64 "i 1700000000000000000\n",
                       s.cluster(), s.number, s.service(), s.zone(), s.latency_ms(), s.load(),
                       s.ratio(), s.size_kb(), seq_base);
}

int print_json(const Series& s, char* to, std::size_t room) {
  return std::snprintf(to, room,
                       R"({"name":"web_requests","cluster":"eu-west-%u","host":"web-%08)" PRIu64
                       R"(","service":"%s","zone":"zone-%02u","latency_ms":%.3f,"load":%.4f,)"
                       R"("ratio":%.4f,"size_kb":%.2f,"seq":%012)" PRIu64 ",\"ts\":1700000000}\n",
                       s.cluster(), s.number, s.service(), s.zone(), s.latency_ms(), s.load(),
                       s.ratio(), s.size_kb(), seq_base);
}

std::string line_of(std::uint64_t series, bool json) {
  char line[320];
  const int n = (json ? print_json : print_line_protocol)(Series(series), line, sizeof line);
  return {line, static_cast<std::size_t>(n)};
}

// Lines that stay in memory, with the places of what changes in them.
class Lines {
 public:
  Lines(std::uint64_t first_series, std::uint64_t n, bool json) {
    for (std::uint64_t i = 0; i < n; ++i) append(line_of(first_series + i, json));
    begins_.push_back(text_.size());
  }
  std::size_t size() const { return seq_at_.size(); }
  // How many lines from this one on fill a piece.
  std::size_t piece(std::size_t from, std::uint64_t records_max) const {
    const auto end = std::upper_bound(begins_.begin(), begins_.end(), begins_[from] + piece_bytes);
    const auto lines = static_cast<std::size_t>(end - begins_.begin()) - 1 - from;
    return static_cast<std::size_t>(
        std::min<std::uint64_t>(std::max<std::size_t>(lines, 1), records_max));
  }
  void number(std::size_t from, std::size_t n, std::uint64_t seq, bool new_series) {
    for (std::size_t i = from; i < from + n; ++i, ++seq) {
      put_digits(text_.data() + seq_at_[i], seq_base + seq, seq_digits);
      if (new_series) put_digits(text_.data() + host_at_[i], seq, host_digits);
    }
  }
  // The time is the last of a line, before its end.
  void stamp(std::size_t from, std::size_t n, std::uint64_t time_ns) {
    for (std::size_t i = from; i < from + n; ++i) {
      put_digits(text_.data() + begins_[i + 1] - 1 - time_digits, time_ns, time_digits);
    }
  }
  std::string_view text(std::size_t from, std::size_t n) const {
    return std::string_view(text_).substr(begins_[from], begins_[from + n] - begins_[from]);
  }

 private:
  void append(const std::string& line) {
    begins_.push_back(text_.size());
    // Whatever stands between a key and its value is left over: = or ":
    host_at_.push_back(text_.size() + line.find("web-0") + std::strlen("web-"));
    seq_at_.push_back(text_.size() + line.find_first_of("0123456789", line.find("seq")));
    text_ += line;
  }
  std::string text_{};
  std::vector<std::size_t> begins_{}, seq_at_{}, host_at_{};
};

class Target {
 public:
  explicit Target(int fd, const char* what) : fd_(fd) {
    if (fd_ < 0) fail(what);
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  ~Target() { ::close(fd_); }
  int fd() const { return fd_; }

  void write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t n = ::write(fd_, text.data(), text.size());
      if (n < 0 && errno != EINTR) fail("write");
      if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
    }
  }

 private:
  int fd_;
};

void connect_to(const Target& to, std::uint16_t port) {
  sockaddr_in address = loopback(port);
  if (::connect(to.fd(), any(address), sizeof address) != 0) fail("connect");
}

// The peer closes when it has read everything.
void wait_for_end(const Target& to) {
  const timeval limit{end_timeout_s, 0};
  ::setsockopt(to.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::shutdown(to.fd(), SHUT_WR);
  char rest[256];
  ssize_t n = 0;
  while ((n = ::read(to.fd(), rest, sizeof rest)) > 0) {
  }
  if (n < 0) fail("waiting for the peer's end");
}

// How many records may be sent now; waits for the next millisecond when there are none.
class Pace {
 public:
  explicit Pace(const Options& o) : o_(o) {}
  bool ended() const { return o_.seconds != 0 && begin_.wall() > static_cast<double>(o_.seconds); }
  std::uint64_t allowed(std::uint64_t sent) const {
    if (o_.rate == 0) return ~std::uint64_t{0};
    while (due() <= sent) {
      const timespec step{0, 1'000'000};
      ::nanosleep(&step, nullptr);
    }
    return due() - sent;
  }

 private:
  std::uint64_t due() const {
    return static_cast<std::uint64_t>(begin_.wall() * static_cast<double>(o_.rate));
  }
  const Options& o_;
  const Watch begin_;
};

Sent send_all(const Target& to, Lines& lines, const Options& o, std::uint64_t seq,
              std::uint64_t records) {
  Sent sent;
  std::size_t at = 0;
  const Pace pace(o);
  while (sent.records < records && !pace.ended()) {
    const std::size_t n =
        lines.piece(at, std::min(records - sent.records, pace.allowed(sent.records)));
    lines.number(at, n, seq + sent.records, o.new_series);
    if (o.stamp) lines.stamp(at, n, now_ns());
    const std::string_view text = lines.text(at, n);
    to.write(text);
    sent.records += n;
    sent.bytes += text.size();
    at = (at + n) % lines.size();
  }
  return sent;
}

// All connections at once, each with its range of numbers and its part of the series.
class Run {
 public:
  explicit Run(const Options& o) : o_(o) {
    const std::uint64_t each = std::max<std::uint64_t>(o.series / o.connections, 1);
    for (std::uint64_t c = 0; c < o.connections; ++c) lines_.emplace_back(c * each, each, o.json);
  }
  Sent run() {
    std::vector<std::thread> threads;
    threads.reserve(o_.connections);
    for (std::uint64_t c = 0; c < o_.connections; ++c) threads.emplace_back([this, c] { one(c); });
    for (std::thread& t : threads) t.join();
    if (!error_.empty()) throw std::runtime_error(error_);
    return total_;
  }

 private:
  void one(std::uint64_t c) {
    const std::uint64_t begin = o_.records * c / o_.connections;
    const std::uint64_t end = o_.records * (c + 1) / o_.connections;
    try {
      const Sent sent = o_.sample.empty() ? over_tcp(c, begin, end) : to_file(c, begin, end);
      const std::lock_guard lock(mutex_);
      total_.records += sent.records;
      total_.bytes += sent.bytes;
    } catch (const std::exception& e) {
      const std::lock_guard lock(mutex_);
      error_ = e.what();
    }
  }
  Sent over_tcp(std::uint64_t c, std::uint64_t begin, std::uint64_t end) {
    const Target to(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    connect_to(to, o_.port);
    const Sent sent = send_all(to, lines_[c], o_, o_.first + begin, end - begin);
    wait_for_end(to);
    return sent;
  }
  Sent to_file(std::uint64_t c, std::uint64_t begin, std::uint64_t end) {
    const Target to(::open(o_.sample.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644),
                    "open");
    return send_all(to, lines_[c], o_, o_.first + begin, end - begin);
  }

  const Options o_;
  std::vector<Lines> lines_{};
  std::mutex mutex_;
  Sent total_;
  std::string error_;
};

Options options_of(const std::vector<std::string>& words) {
  Options o;
  o.port = static_cast<std::uint16_t>(std::stoul(words.at(0)));
  const std::map<std::string, std::uint64_t*> numbers{
      {"records", &o.records}, {"connections", &o.connections},
      {"series", &o.series},   {"first", &o.first},
      {"rate", &o.rate},       {"seconds", &o.seconds}};
  for (const std::string& word : std::vector(words.begin() + 1, words.end())) {
    const std::size_t equals = word.find('=');
    const std::string key = word.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (key == "sample") {
      o.sample = value;
    } else if (key == "new") {
      o.new_series = value == "1";
    } else if (key == "json") {
      o.json = value == "1";
    } else if (key == "stamp") {
      o.stamp = value == "1";
    } else {
      *numbers.at(key) = std::stoull(value);
    }
  }
  return o;
}

int run(const std::vector<std::string>& words) {
  Run all(options_of(words));
  const double wall = wall_seconds();
  const double cpu = process_cpu_seconds();
  const Sent sent = all.run();
  std::printf("{\"records\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"wall_s\":%.6f,\"cpu_s\":%.6f}\n",
              sent.records, sent.bytes, wall_seconds() - wall, process_cpu_seconds() - cpu);
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  return weir::bench::run_tool("line_sender", argc, argv, weir::bench::run);
}
