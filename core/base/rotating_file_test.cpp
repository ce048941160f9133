#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <gtest/gtest.h>

#include <weir/rotating_file.hpp>

#include "tests/support/temp_dir.hpp"

namespace weir {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t now = 1'767'323'045 * second;  // 2026-01-02T03:04:05Z

class RotatingFile : public testing::Test {
 protected:
  void open(const rotation_rules& rules) {
    ASSERT_EQ(file_.open(dir_.file("out.log"), rules, now), "");
  }
  std::vector<std::string> names() const {
    auto all = dir_.names();
    std::sort(all.begin(), all.end());
    return all;
  }
  using Names = std::vector<std::string>;

  test::TempDir dir_;
  rotating_file file_;
};

TEST_F(RotatingFile, AppendsToWhatIsThere) {
  dir_.write("out.log", "old ");
  open({});
  ASSERT_EQ(file_.append("new", now), "");
  EXPECT_EQ(dir_.read("out.log"), "old new");
}

TEST_F(RotatingFile, StaysOneFileWithoutRules) {
  open({});
  for (int i = 0; i < 100; ++i) ASSERT_EQ(file_.append("line\n", now + i * 86400 * second), "");
  EXPECT_EQ(names(), Names{"out.log"});
}

TEST_F(RotatingFile, RotatesWhenTheSizeIsReached) {
  open({0, 9, -1});
  ASSERT_EQ(file_.append("hello world", now), "");
  ASSERT_EQ(file_.append("world 2", now), "");
  EXPECT_EQ(names(), (Names{"out.2026-01-02-1767323045.log", "out.log"}));
  EXPECT_EQ(dir_.read("out.log"), "world 2");
}

TEST_F(RotatingFile, RotatesALargeFileWhenItOpens) {
  dir_.write("out.log", "much too large");
  open({0, 9, -1});
  EXPECT_EQ(dir_.read("out.log"), "");
  EXPECT_EQ(dir_.read("out.2026-01-02-1767323045.log"), "much too large");
}

TEST_F(RotatingFile, RotatesByAge) {
  open({60 * second, 0, -1});
  ASSERT_EQ(file_.append("first", now + 59 * second), "");
  EXPECT_EQ(names(), Names{"out.log"});
  ASSERT_EQ(file_.append(" minute", now + 60 * second), "");
  EXPECT_EQ(dir_.read("out.2026-01-02-1767323105.log"), "first minute");
}

TEST_F(RotatingFile, CountsTheAgeOfAFileItFinds) {
  const std::string path = dir_.write("out.log", "yesterday's");
  std::filesystem::last_write_time(
      path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(24));
  open({23 * 3600 * second, 0, -1});
  EXPECT_EQ(dir_.read("out.2026-01-02-1767323045.log"), "yesterday's");
}

TEST_F(RotatingFile, DoesNotRotateAnEmptyFile) {
  open({60 * second, 0, -1});
  file_.rotate_if_due(now + 600 * second);
  EXPECT_EQ(names(), Names{"out.log"});
}

// Goal: rotating several times in one second overwrites nothing, and the oldest go first.
TEST_F(RotatingFile, KeepsTheNewestArchives) {
  open({0, 1, 3});
  for (int i = 0; i < 15; ++i) ASSERT_EQ(file_.append(std::to_string(i), now), "");
  std::string kept;
  for (const char* n : {"12", "13", "14"}) {
    kept += dir_.read("out.2026-01-02-1767323045-" + std::string(n) + ".log");
  }
  EXPECT_EQ(kept, "121314");
  EXPECT_EQ(names().size(), 4U);
}

TEST_F(RotatingFile, LeavesOtherFilesAlone) {
  const Names others{"out.2026-01-02-1.txt", "out.2026-01-02-x.log", "out.bak.log",
                     "out.2026-01-02-1-.log", "other.log"};
  for (const auto& name : others) dir_.write(name, "mine");
  open({0, 1, 0});
  ASSERT_EQ(file_.append("x", now), "");
  for (const auto& name : others) EXPECT_EQ(dir_.read(name), "mine") << name;
  EXPECT_EQ(names().size(), others.size() + 1);
}

TEST_F(RotatingFile, MakesItsFolderForTheOwnerOnly) {
  ASSERT_EQ(file_.open(dir_.file("a/b/out.log"), {}, now), "");
  EXPECT_EQ(std::filesystem::status(dir_.path() / "a/b").permissions(),
            std::filesystem::perms::owner_all);
}

TEST_F(RotatingFile, SaysWhyItCannotOpen) {
  const std::string why = file_.open("/proc/none/out.log", {}, now);
  EXPECT_NE(why.find("/proc/none/out.log"), std::string::npos);
}

// Goal: bytes that do not fit leave nothing behind, so that they can be tried again as a whole.
TEST_F(RotatingFile, TakesBackWhatItCouldNotFinish) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{8, before.rlim_max};
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  dir_.write("out.log", "first\n");
  open({});
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string why = file_.append("second\n", now);
  const int cause = errno;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_NE(why.find("File too large"), std::string::npos) << why;
  EXPECT_EQ(cause, EFBIG);
  EXPECT_EQ(file_.kept_bytes(), 0U);
  EXPECT_EQ(dir_.read("out.log"), "first\n");
  ASSERT_EQ(file_.append("second\n", now), "");
  EXPECT_EQ(dir_.read("out.log"), "first\nsecond\n");
  std::signal(SIGXFSZ, ignored);
}

TEST_F(RotatingFile, RotatesOnlyRegularFiles) {
  const std::string pipe = dir_.file("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_EQ(file_.open(pipe, {1, 1, 0}, now), "");
  ASSERT_EQ(file_.append("line\n", now + second), "");
  EXPECT_EQ(names(), Names{"pipe"});
  ::close(reader);
}

TEST_F(RotatingFile, SaysWhyItCannotWrite) {
  ASSERT_EQ(file_.open("/dev/full", {}, now), "");
  EXPECT_NE(file_.append("x", now).find("No space left"), std::string::npos);
  EXPECT_NE(file_.append("x", now).find("No space left"), std::string::npos);
}

}  // namespace
}  // namespace weir
