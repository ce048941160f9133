#include "core/base/disk.hpp"

#include <unistd.h>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace weir {
namespace {

DiskFile::Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string read_all(DiskFile& file, std::uint64_t at, std::size_t n) {
  std::string text(n, '?');
  const Result<std::size_t> got =
      file.read({reinterpret_cast<std::uint8_t*>(text.data()), text.size()}, at);
  return got ? text.substr(0, got.value()) : got.error().message;
}

class SystemDisk : public testing::Test {
 protected:
  std::unique_ptr<DiskFile> file(const std::string& name, Disk::Mode mode = Disk::Mode::create) {
    auto opened = disk_.open(dir_.file(name), mode);
    return opened ? std::move(opened).value() : nullptr;
  }
  test::TempDir dir_;
  Disk& disk_ = system_disk();
};

TEST_F(SystemDisk, WritesPiecesInARowAndReadsUpToTheEnd) {
  const auto f = file("a");
  std::vector<DiskFile::Bytes> pieces{bytes_of("one"), bytes_of("")};
  for (int i = 0; i < 40; ++i) pieces.push_back(bytes_of("x"));
  pieces.push_back(bytes_of("end"));
  ASSERT_TRUE(f->write(pieces, 2).ok());
  EXPECT_EQ(read_all(*f, 0, 100), std::string(2, '\0') + "one" + std::string(40, 'x') + "end");
  EXPECT_EQ(read_all(*f, 45, 2), "en");
  EXPECT_EQ(f->bytes().value(), 48U);
  EXPECT_TRUE(f->sync().ok());
}

TEST_F(SystemDisk, AllocatesZerosAndCuts) {
  const auto f = file("a");
  ASSERT_TRUE(f->write_one(bytes_of("abc"), 0).ok());
  ASSERT_TRUE(f->allocate(8).ok());
  EXPECT_EQ(read_all(*f, 0, 100), "abc" + std::string(5, '\0'));
  ASSERT_TRUE(f->truncate(2).ok());
  EXPECT_EQ(disk_.file_bytes(dir_.file("a")).value(), 2U);
}

TEST_F(SystemDisk, ListsRenamesAndRemoves) {
  file("b");
  file("a");
  ASSERT_TRUE(disk_.rename(dir_.file("b"), dir_.file("c")).ok());
  EXPECT_EQ(disk_.list(dir_.path()).value(), (std::vector<std::string>{"a", "c"}));
  ASSERT_TRUE(disk_.remove(dir_.file("a")).ok());
  EXPECT_FALSE(disk_.exists(dir_.file("a")));
  EXPECT_TRUE(disk_.sync_directory(dir_.path()).ok());
}

TEST_F(SystemDisk, MakesDirectoriesWithThoseAbove) {
  const std::string deep = dir_.file("x/y/z");
  EXPECT_TRUE(disk_.make_directories(deep).ok());
  EXPECT_TRUE(disk_.make_directories(deep).ok());
  EXPECT_TRUE(disk_.exists(deep));
  file("f");
  const Status below_a_file = disk_.make_directories(dir_.file("f/g"));
  ASSERT_FALSE(below_a_file.ok());
  EXPECT_EQ(below_a_file.error().kind, ErrorKind::bad_config);
}

TEST_F(SystemDisk, SaysWhatIsNotThere) {
  const auto opened = disk_.open(dir_.file("no"), Disk::Mode::read);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().kind, ErrorKind::permanent);
  EXPECT_NE(opened.error().message.find(dir_.file("no")), std::string::npos);
}

TEST_F(SystemDisk, TellsAFullDiskFromABadOne) {
  const auto full = disk_.open("/dev/full", Disk::Mode::read_write);
  ASSERT_TRUE(full.ok());
  const Status written = full.value()->write_one(bytes_of("x"), 0);
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().kind, ErrorKind::overloaded);
}

TEST_F(SystemDisk, LocksForOneAndNamesTheHolder) {
  auto first = disk_.lock(dir_.file("lock"));
  ASSERT_TRUE(first.ok());
  const auto second = disk_.lock(dir_.file("lock"));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind, ErrorKind::bad_config);
  EXPECT_NE(second.error().message.find("process " + std::to_string(::getpid())),
            std::string::npos);
  first.value().reset();
  EXPECT_TRUE(disk_.lock(dir_.file("lock")).ok());
}

}  // namespace
}  // namespace weir
