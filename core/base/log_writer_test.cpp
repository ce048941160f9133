#include "core/base/log_writer.hpp"

#include <algorithm>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/base/manual_clock.hpp"
#include "tests/support/temp_dir.hpp"

namespace weir {
namespace {

class LogWriterTest : public testing::Test {
 protected:
  LogSettings settings() const {
    LogSettings s;
    s.file = dir_.file("logs/agent.log");
    return s;
  }
  std::string text() const { return dir_.read("logs/agent.log"); }
  long lines() const {
    const std::string all = text();
    return std::count(all.begin(), all.end(), '\n');
  }
  void warn(std::string_view message) { log_.write(LogLevel::warn, "inputs.x", message, {}); }

  test::TempDir dir_;
  ManualClock clock_;  // 2023-11-14T22:13:20Z
  LogWriter log_{clock_};
};

TEST_F(LogWriterTest, WritesLinesToItsFile) {
  ASSERT_EQ(log_.configure(settings()), "");
  warn("one");
  warn("two");
  EXPECT_EQ(text(),
            "2023-11-14T22:13:20Z W! [inputs.x] one\n2023-11-14T22:13:20Z W! [inputs.x] two\n");
}

TEST_F(LogWriterTest, WritesJsonOnRequest) {
  LogSettings s = settings();
  s.json = true;
  s.message_key = "message";
  ASSERT_EQ(log_.configure(s), "");
  warn("one");
  EXPECT_EQ(text(),
            "{\"time\":\"2023-11-14T22:13:20Z\",\"level\":\"WARN\",\"message\":\"one\","
            "\"category\":\"inputs\",\"plugin\":\"x\"}\n");
}

TEST_F(LogWriterTest, LimitsEqualLinesAndSaysSoLater) {
  ASSERT_EQ(log_.configure(settings()), "");
  for (int i = 0; i < 100; ++i) warn("again");
  clock_.advance(LogLimiter::window_ns);
  log_.flush(false);
  EXPECT_EQ(lines(), 6);
  EXPECT_NE(text().find("W! [inputs.x] again (left out 95 more of these)\n"), std::string::npos);
}

TEST_F(LogWriterTest, SaysWhatIsLeftBeforeTheEnd) {
  ASSERT_EQ(log_.configure(settings()), "");
  for (int i = 0; i < 6; ++i) warn("again");
  log_.flush(true);
  EXPECT_NE(text().find("again (left out 1 more of these)\n"), std::string::npos);
}

TEST_F(LogWriterTest, RotatesBySize) {
  LogSettings s = settings();
  s.rotation_max_bytes = 10;
  ASSERT_EQ(log_.configure(s), "");
  warn("longer than ten bytes");
  warn("in the next file");
  EXPECT_EQ(text(), "");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir_.path() / "logs"), {}), 3);
}

TEST_F(LogWriterTest, SaysWhyATargetCannotBeOpenedAndKeepsTheOldOne) {
  ASSERT_EQ(log_.configure(settings()), "");
  LogSettings bad;
  bad.file = "/proc/no/such/folder/agent.log";
  EXPECT_NE(log_.configure(bad).find(bad.file), std::string::npos);
  bad.file.clear();
  bad.timezone = "Mars/Olympus";
  EXPECT_NE(log_.configure(bad).find("Mars/Olympus"), std::string::npos);
  warn("still here");
  EXPECT_NE(text().find("still here"), std::string::npos);
}

TEST_F(LogWriterTest, TakesTheLevelWithTheSettings) {
  LogSettings s = settings();
  s.level = LogLevel::debug;
  EXPECT_EQ(log_.level(), LogLevel::info);
  ASSERT_EQ(log_.configure(s), "");
  EXPECT_EQ(log_.level(), LogLevel::debug);
}

TEST_F(LogWriterTest, FallsBackToStderr) {
  LogSettings s;
  s.file = "/dev/full";
  ASSERT_EQ(log_.configure(s), "");
  testing::internal::CaptureStderr();
  warn("disk is full");
  const std::string err = testing::internal::GetCapturedStderr();
  EXPECT_NE(err.find("/dev/full"), std::string::npos);
  EXPECT_NE(err.find("W! [inputs.x] disk is full\n"), std::string::npos);
}

TEST_F(LogWriterTest, KeepsLinesOfManyThreadsApart) {
  ASSERT_EQ(log_.configure(settings()), "");
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 100; ++i) warn(std::to_string(t) + "." + std::to_string(i));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(lines(), 400);
}

TEST(Logger, InstanceLevelHoldsInsteadOfTheAgents) {
  EXPECT_TRUE(Logger("inputs.x").on(LogLevel::info));
  EXPECT_FALSE(Logger("inputs.x").on(LogLevel::debug));
  EXPECT_TRUE(Logger("inputs.x", LogLevel::debug).on(LogLevel::debug));
  EXPECT_FALSE(Logger("inputs.x", LogLevel::error).on(LogLevel::warn));
}

}  // namespace
}  // namespace weir
