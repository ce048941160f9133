#include "core/runtime/config_watch.hpp"

#include <unistd.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace weir::runtime {
namespace {

// Both ways to watch.
class ConfigWatchTest : public testing::TestWithParam<bool> {
 protected:
  ConfigWatch::Settings settings() const {
    ConfigWatch::Settings s;
    s.poll = GetParam();
    return s;
  }
  // How often it says so in some looks.
  int looks(ConfigWatch& watch) {
    int said = 0;
    for (int i = 0; i < 5; ++i) said += watch.changed(now_ += 1000) ? 1 : 0;
    return said;
  }

  weir::test::TempDir folder_;
  std::int64_t now_{0};
};

TEST_P(ConfigWatchTest, AFileThatIsWrittenOrRenamedIntoPlaceChangesOnce) {
  folder_.write("weir.conf", "one");
  ConfigWatch::Settings s = settings();
  s.files = {folder_.file("weir.conf")};
  ConfigWatch watch(s);
  EXPECT_EQ(looks(watch), 0);
  folder_.write("weir.conf", "another");
  EXPECT_EQ(looks(watch), 1);
  folder_.write("fresh", "a third");
  EXPECT_EQ(looks(watch), 0);
  std::filesystem::rename(folder_.file("fresh"), folder_.file("weir.conf"));
  EXPECT_EQ(looks(watch), 1);
}

TEST_P(ConfigWatchTest, ALinkThatLeadsElsewhereChanges) {
  folder_.write("v1/weir.conf", "one");
  folder_.write("v2/weir.conf", "two");
  std::filesystem::create_symlink("v1", folder_.file("..data"));
  std::filesystem::create_symlink("..data/weir.conf", folder_.file("weir.conf"));
  ConfigWatch::Settings s = settings();
  s.files = {folder_.file("weir.conf")};
  ConfigWatch watch(s);
  EXPECT_EQ(looks(watch), 0);
  std::filesystem::create_symlink("v2", folder_.file("..data_tmp"));
  std::filesystem::rename(folder_.file("..data_tmp"), folder_.file("..data"));
  EXPECT_EQ(looks(watch), 1);
}

TEST_P(ConfigWatchTest, FilesOfADirectoryComeAndGo) {
  folder_.write("conf.d/a.conf", "one");
  ConfigWatch::Settings s = settings();
  s.directories = {folder_.file("conf.d")};
  ConfigWatch watch(s);
  folder_.write("conf.d/b.conf", "two");
  EXPECT_EQ(looks(watch), 1);
  folder_.write("conf.d/readme", "no configuration");
  EXPECT_EQ(looks(watch), 0);
  std::filesystem::remove(folder_.file("conf.d/a.conf"));
  EXPECT_EQ(looks(watch), 1);
}

TEST_P(ConfigWatchTest, WaitsUntilTheFilesAreAtRest) {
  folder_.write("weir.conf", "one");
  ConfigWatch::Settings s = settings();
  s.files = {folder_.file("weir.conf")};
  s.debounce_ns = 3500;
  ConfigWatch watch(s);
  std::string text;
  for (int i = 0; i < 4; ++i) {
    folder_.write("weir.conf", text += "more");
    EXPECT_FALSE(watch.changed(now_ += 1000));
    EXPECT_FALSE(watch.changed(now_ += 1000));
  }
  EXPECT_EQ(looks(watch), 1);
}

INSTANTIATE_TEST_SUITE_P(Ways, ConfigWatchTest, testing::Bool(),
                         [](const auto& which) { return which.param ? "poll" : "notify"; });

}  // namespace
}  // namespace weir::runtime
