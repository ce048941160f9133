#include "plugins/common/procfs/directory.hpp"

#include <cerrno>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace weir::procfs {
namespace {

std::set<std::string> names_in(Directory& directory) {
  std::set<std::string> names;
  int error = 0;
  while (const char* name = directory.next(error)) names.insert(name);
  EXPECT_EQ(error, 0);
  return names;
}

TEST(Directories, GiveEveryName) {
  const test::TempDir dir;
  std::set<std::string> expected{".", ".."};
  for (int i = 0; i < 2000; ++i) {
    dir.write(std::to_string(i), "");
    expected.insert(std::to_string(i));
  }
  Directory directory;
  ASSERT_EQ(directory.open(dir.path().string()), 0);
  EXPECT_EQ(names_in(directory), expected);
}

TEST(Directories, CanBeWalkedAgain) {
  const test::TempDir dir;
  Directory directory;
  ASSERT_EQ(directory.open(dir.path().string()), 0);
  EXPECT_EQ(names_in(directory).size(), 2U);
  dir.write("new", "");
  ASSERT_EQ(directory.open(dir.path().string()), 0);
  EXPECT_EQ(names_in(directory).size(), 3U);
}

TEST(Directories, ThatDoNotExistSaySo) {
  Directory directory;
  EXPECT_EQ(directory.open("/nowhere"), ENOENT);
  int error = 0;
  EXPECT_EQ(directory.next(error), nullptr);
  EXPECT_EQ(error, EBADF);
}

}  // namespace
}  // namespace weir::procfs
