#include "plugins/outputs/file/file.hpp"

#include <array>
#include <csignal>
#include <string>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "plugins/outputs/file/target.hpp"
#include "tests/support/temp_dir.hpp"

namespace weir::file_output {
namespace {

constexpr std::int64_t now_ns = 1'767'323'045'000'000'000;  // 2026-01-02T03:04:05Z

class Pipe {
 public:
  explicit Pipe(int flags = 0) { EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC | flags), 0); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_read();
    close_write();
  }
  int write_end() const { return ends_[1]; }
  void close_read() { close_one(ends_[0]); }
  void close_write() { close_one(ends_[1]); }
  // What comes until the other end is closed.
  std::string read_all() const {
    std::string all;
    std::array<char, 4096> piece{};
    ssize_t n = 0;
    while ((n = read(ends_[0], piece.data(), piece.size())) != 0) {
      if (n > 0) all.append(piece.data(), static_cast<std::size_t>(n));
    }
    return all;
  }

 private:
  static void close_one(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }
  std::array<int, 2> ends_{};
};

TEST(FileTarget, WritesADeliveryOnce) {
  const test::TempDir dir;
  FileTarget target(dir.file("out"), {});
  target.open(now_ns);
  target.write(1, 1, "a\n", now_ns);
  target.write(1, 2, "a\n", now_ns);  // another file of the same output failed
  target.write(2, 1, "b\n", now_ns);
  EXPECT_EQ(dir.read("out"), "a\nb\n");
}

TEST(FileTarget, SaysWhatToDoWhenTheDiskIsFull) {
  FileTarget target("/dev/full", {});
  target.open(now_ns);
  try {
    target.write(1, 1, "a\n", now_ns);
    FAIL() << "a full disk took the bytes";
  } catch (const retry& why) {
    EXPECT_NE(std::string(why.what()).find("/dev/full"), std::string::npos) << why.what();
    EXPECT_NE(std::string(why.what()).find("free space"), std::string::npos) << why.what();
  }
}

TEST(StreamTarget, WaitsForASlowReader) {
  Pipe pipe(O_NONBLOCK);
  const std::string bytes(1U << 20, 'x');
  std::string seen;
  std::thread reader([&] { seen = pipe.read_all(); });
  StreamTarget target(pipe.write_end(), "standard output");
  target.write(1, 1, bytes, now_ns);
  pipe.close_write();
  reader.join();
  EXPECT_EQ(seen, bytes);
}

TEST(StreamTarget, IsTriedAgainWhenNobodyReads) {
  signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  pipe.close_read();
  StreamTarget target(pipe.write_end(), "standard output");
  EXPECT_THROW(target.write(1, 1, "a\n", now_ns), retry);
}

}  // namespace
}  // namespace weir::file_output
