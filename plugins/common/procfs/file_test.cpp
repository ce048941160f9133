#include "plugins/common/procfs/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include <gtest/gtest.h>

#include <weir/error.hpp>

#include "plugins/common/procfs/text.hpp"
#include "tests/support/temp_dir.hpp"

namespace weir::procfs {
namespace {

TEST(Files, AreReadWhole) {
  const test::TempDir dir;
  const std::string content(10'000, 'x');
  File file(dir.write("big", content));
  EXPECT_EQ(file.read(), content);
  EXPECT_EQ(file.read(), content);
}

TEST(Files, ThatAreReplacedAreReadAnew) {
  const test::TempDir dir;
  dir.write("new", "second");
  File file(dir.write("old", "first"));
  EXPECT_EQ(file.read(), "first");
  std::filesystem::rename(dir.file("new"), dir.file("old"));
  EXPECT_EQ(file.read(), "second");
  EXPECT_FALSE(file.is_pinned());
}

TEST(Files, OfTheKernelStayOpenAndFresh) {
  File file("/proc/self/stat");
  const std::string before(file.read());
  ASSERT_TRUE(file.is_pinned());
  while (file.read() == before) {
  }
  EXPECT_TRUE(file.is_pinned());
  EXPECT_NE(file.read(), "");
}

TEST(Files, ThatMustNotStayOpenDoNot) {
  File file("/proc/self/stat", false);
  file.read();
  EXPECT_FALSE(file.is_pinned());
}

TEST(Files, ThatDoNotExistSaySo) {
  File file("/nowhere/at/all");
  std::string_view text = "before";
  EXPECT_EQ(file.try_read(text), ENOENT);
  EXPECT_EQ(text, "");
  try {
    file.read();
    FAIL();
  } catch (const weir::retry& failed) {
    EXPECT_STREQ(failed.what(), "cannot read /nowhere/at/all: No such file or directory");
  }
}

TEST(Files, ThatAreFoldersSaySo) {
  std::string_view text;
  EXPECT_EQ(File("/tmp").try_read(text), EISDIR);
}

TEST(Files, CanBeMoved) {
  File file("/proc/self/stat");
  file.read();
  File other(std::move(file));
  EXPECT_NE(other.read(), "");
  File third;
  third = std::move(other);
  EXPECT_NE(third.read(), "");
}

TEST(Files, LeaveNoDescriptorBehind) {
  const auto lowest_free = [] {
    const int fd = open("/dev/null", O_RDONLY);
    close(fd);
    return fd;
  };
  const int before = lowest_free();
  {
    File pinned("/proc/self/stat");
    pinned.read();
    pinned = File("/proc/self/statm");
    pinned.read();
  }
  EXPECT_EQ(lowest_free(), before);
}

TEST(SmallFiles, LoseTheirLineBreak) {
  const test::TempDir dir;
  EXPECT_EQ(read_trimmed(dir.write("name", " some name\n")), "some name");
  EXPECT_EQ(read_trimmed(dir.file("none")), "");
  EXPECT_TRUE(exists(dir.file("name")));
  EXPECT_FALSE(exists(dir.file("none")));
}

TEST(Links, AreFollowed) {
  const test::TempDir dir;
  dir.write("real", "");
  std::filesystem::create_symlink("real", dir.file("link"));
  EXPECT_EQ(resolve(dir.file("link")), std::filesystem::canonical(dir.file("real")));
  EXPECT_EQ(resolve(dir.file("none")), "");
  EXPECT_EQ(link_target(dir.file("link")), "real");
  EXPECT_EQ(link_target(dir.file("real")), "");
}

}  // namespace
}  // namespace weir::procfs
