#include "plugins/outputs/file/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <weir/testing/plugin.hpp>

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
  target.write({1, 0, 5}, 1, "a\n", now_ns);
  target.write({1, 0, 5}, 2, "a\n", now_ns);  // another file of the same output failed
  target.write({1, 0, 2}, 3, "b\n", now_ns);  // a part of it alone
  target.write({1, 0, 2}, 1, "c\n", now_ns);  // another batch at the same place
  EXPECT_EQ(dir.read("out"), "a\nb\nc\n");
}

TEST(FileTarget, SaysWhatToDoWhenTheDiskIsFull) {
  FileTarget target("/dev/full", {});
  target.open(now_ns);
  try {
    target.write({1, 0, 1}, 1, "a\n", now_ns);
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
  target.write({1, 0, 1}, 1, bytes, now_ns);
  pipe.close_write();
  reader.join();
  EXPECT_EQ(seen, bytes);
}

TEST(StreamTarget, IsTriedAgainWhenNobodyReads) {
  signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  pipe.close_read();
  StreamTarget target(pipe.write_end(), "standard output");
  EXPECT_THROW(target.write({1, 0, 1}, 1, "a\n", now_ns), retry);
}

class FileOutput : public testing::Test {
 public:
  // A violation that the kit finds at its end ends the program.
  ~FileOutput() noexcept override = default;

 protected:
  void use(const std::string& toml) {
    output_.emplace(weir::testing::descriptor<File>(), toml,
                    [](weir::testing::host& h) { h.set_now(now_ns); });
  }
  // A batch of rows that were serialized to these texts.
  void write(const weir::testing::lines& bytes) {
    output_->write(weir::testing::lines(bytes.size(), "m v=1i 1"), bytes);
  }
  std::string list(const std::vector<std::string>& names) const {
    std::string toml = "files = [";
    for (const std::string& name : names) toml += "'" + dir_.file(name) + "', ";
    return toml + "]\n";
  }
  static weir_status refusal_of(const std::string& toml) {
    const auto make = [&] { Plugin p(weir::testing::descriptor<File>(), toml); };
    return weir::testing::failure_of(make).status;
  }
  using Plugin = weir::testing::plugin;

  const test::TempDir dir_;
  std::optional<Plugin> output_;
};

TEST_F(FileOutput, AppendsEachBatchToEveryFile) {
  dir_.write("a", "old\n");
  use(list({"a", "b"}));
  write({"one\n", "two\n"});
  write({"three\n"});
  EXPECT_EQ(dir_.read("a"), "old\none\ntwo\nthree\n");
  EXPECT_EQ(dir_.read("b"), "one\ntwo\nthree\n");
}

TEST_F(FileOutput, RotatesBySize) {
  use(list({"out.txt"}) + "rotation_max_size = 5\nrotation_max_archives = 1");
  for (const char* text : {"first\n", "second\n", "third\n"}) write({text});
  EXPECT_EQ(dir_.read("out.txt"), "");
  EXPECT_EQ(dir_.read("out.2026-01-02-1767323045-2.txt"), "third\n");
  EXPECT_EQ(dir_.names().size(), 2U);
}

TEST_F(FileOutput, RotatesByAge) {
  use(list({"out.txt"}) + "rotation_interval = '1h'");
  write({"first\n"});
  output_->host().advance(3'600'000'000'000);
  write({"second\n"});
  EXPECT_EQ(dir_.read("out.2026-01-02-1767326645.txt"), "first\nsecond\n");
}

TEST_F(FileOutput, SaysWhichFileCannotBeOpened) {
  dir_.write("folder", "in the way");
  use(list({"a", "folder/b"}));
  const auto why = weir::testing::failure_of([&] { output_->start(); });
  EXPECT_EQ(why.status, WEIR_E_RETRY);
  EXPECT_NE(why.message.find("folder/b"), std::string::npos) << why.message;
}

// Goal: one file that fails neither holds up the others nor makes them take the batch twice.
TEST_F(FileOutput, TriesOnlyTheFilesThatFailed) {
  const weir::testing::host host;
  File file;
  file.self = weir::host(host.table());
  file.files = {"/dev/full", dir_.file("b")};
  file.compression_level = -1;
  file.init();
  file.start();
  const weir::testing::block_memory block = weir::testing::make_batch({"m v=1i 1"}, now_ns);
  weir_delivery in{};
  in.batch_id = 7;
  in.batch = block.head();
  in.n_rows = 1;
  in.raw = borrow("line\n");
  for (in.attempt = 1; in.attempt <= 3; ++in.attempt) {
    in.id = in.attempt;
    EXPECT_THROW(file.write(delivery(in)), retry);
  }
  EXPECT_EQ(dir_.read("b"), "line\n");
}

TEST_F(FileOutput, AsksForDocuments) {
  use(list({"a"}) + "use_batch_format = true");
  EXPECT_TRUE(output_->host().wants_document());
  output_->write_document({"m v=1i 1"}, "[{}]");
  EXPECT_EQ(dir_.read("a"), "[{}]");
}

TEST_F(FileOutput, CompressesEachBatch) {
  for (const std::string name : {"gzip", "zlib", "zstd"}) {
    use(list({name}) + "compression_algorithm = '" + name + "'\ncompression_level = 1");
    write({"first\n"});
    write({"second\n"});
    common::StreamDecoder decoder(*common::encoding_of(name));
    const std::string file = dir_.read(name);
    std::string_view in = file;
    std::array<char, 100> out{};
    const std::size_t n = decoder.decode(in, out.data(), out.size());
    EXPECT_EQ(std::string(out.data(), n), "first\nsecond\n") << name;
  }
}

TEST_F(FileOutput, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(refusal_of("compression_algorithm = 'br'"), WEIR_E_CONFIG);
  EXPECT_EQ(refusal_of("compression_algorithm = 'auto'"), WEIR_E_CONFIG);
  EXPECT_EQ(refusal_of("compression_algorithm = 'gzip'\ncompression_level = 5"), WEIR_E_CONFIG);
  EXPECT_EQ(refusal_of("compression_algorithm = 'zstd'\ncompression_level = 9"), WEIR_E_CONFIG);
  EXPECT_EQ(refusal_of("rotation_max_archives = -2"), WEIR_E_CONFIG);
  EXPECT_EQ(refusal_of("compression_algorithm = 'identity'"), WEIR_OK);
}

}  // namespace
}  // namespace weir::file_output
