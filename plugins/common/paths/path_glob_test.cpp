#include "plugins/common/paths/path_glob.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace weir::common {
namespace {

using Names = std::vector<std::string>;

class PathGlobTest : public testing::Test {
 protected:
  PathGlobTest() {
    for (const char* name : {"a.log", "b.log", ".c.log", "d.txt", "x/a.log", "x/y/a.log",
                             "x/y/b.log", "x/z/z/e.txt", "[odd]/a.log"}) {
      dir_.write(name, "");
    }
  }
  // What a pattern below the folder finds, relative to it.
  Names find(const std::string& pattern) const {
    PathGlob glob;
    EXPECT_EQ(glob.compile(dir_.file(pattern)), "");
    Names found = glob.find();
    for (std::string& path : found) path = path.substr(dir_.path().string().size() + 1);
    return found;
  }
  const test::TempDir dir_;
};

TEST_F(PathGlobTest, FindsAFileByItsName) {
  EXPECT_EQ(find("a.log"), Names{"a.log"});
  EXPECT_EQ(find("none.log"), Names{});
  EXPECT_EQ(find("a.log/none"), Names{});
}

TEST_F(PathGlobTest, MatchesWithinOneName) {
  EXPECT_EQ(find("*.log"), (Names{".c.log", "a.log", "b.log"}));
  EXPECT_EQ(find("?.log"), (Names{"a.log", "b.log"}));
  EXPECT_EQ(find("[ad].*"), (Names{"a.log", "d.txt"}));
  EXPECT_EQ(find("{b,d}.{log,txt}"), (Names{"b.log", "d.txt"}));
  EXPECT_EQ(find("*/a.log"), (Names{"[odd]/a.log", "x/a.log"}));
  EXPECT_EQ(find("x/*/?.log"), (Names{"x/y/a.log", "x/y/b.log"}));
  EXPECT_EQ(find("none*"), Names{});
}

TEST_F(PathGlobTest, TakesEscapedCharactersAsTheyAre) {
  EXPECT_EQ(find("\\[odd\\]/*"), Names{"[odd]/a.log"});
}

TEST_F(PathGlobTest, GoesDown) {
  EXPECT_EQ(find("x/**/a.log"), (Names{"x/a.log", "x/y/a.log"}));
  EXPECT_EQ(find("x/**.txt"), Names{"x/z/z/e.txt"});
  EXPECT_EQ(find("x/**/z/*.txt"), Names{"x/z/z/e.txt"});
  EXPECT_EQ(find("x/y/**"), (Names{"x/y/a.log", "x/y/b.log"}));
  EXPECT_EQ(find("x/z/**"), (Names{"x/z/z", "x/z/z/e.txt"}));
  EXPECT_EQ(find("x/y/**/**"), find("x/y/**"));
}

TEST_F(PathGlobTest, DoesNotRunInCircles) {
  std::filesystem::create_directory_symlink(dir_.path(), dir_.path() / "x/up");
  EXPECT_EQ(find("x/**/e.txt"), Names{"x/z/z/e.txt"});
  EXPECT_EQ(find("x/up/d.txt"), Names{"x/up/d.txt"});
}

TEST_F(PathGlobTest, WorksFromTheCurrentFolder) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(dir_.path());
  PathGlob glob;
  EXPECT_EQ(glob.compile("x/*.log"), "");
  EXPECT_EQ(glob.find(), Names{"x/a.log"});
  EXPECT_EQ(glob.compile("**.txt"), "");
  EXPECT_EQ(glob.find(), (Names{"d.txt", "x/z/z/e.txt"}));
  std::filesystem::current_path(before);
}

TEST(PathGlob, KnowsWhetherItIsAPattern) {
  PathGlob glob;
  EXPECT_EQ(glob.compile("/proc/self/stat"), "");
  EXPECT_FALSE(glob.is_pattern());
  EXPECT_EQ(glob.compile("/proc/*/stat"), "");
  EXPECT_TRUE(glob.is_pattern());
}

TEST(PathGlob, SaysWhatIsWrong) {
  PathGlob glob;
  EXPECT_NE(glob.compile("/tmp/[a"), "");
  EXPECT_NE(glob.compile("/tmp/{a"), "");
}

}  // namespace
}  // namespace weir::common
