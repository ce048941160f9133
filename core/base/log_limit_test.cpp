#include "core/base/log_limit.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

constexpr std::int64_t window = LogLimiter::window_ns;

int admitted(LogLimiter& limiter, std::string_view message, int tries, std::int64_t now_ns = 0) {
  int n = 0;
  for (int i = 0; i < tries; ++i) {
    n += limiter.admit(LogLevel::warn, "inputs.x", message, now_ns) ? 1 : 0;
  }
  return n;
}

TEST(LogLimiter, LetsTheFirstFewThrough) {
  LogLimiter limiter;
  EXPECT_EQ(admitted(limiter, "again", 100), static_cast<int>(LogLimiter::repeats_max));
}

TEST(LogLimiter, CountsPerSourceLevelAndMessage) {
  LogLimiter limiter;
  admitted(limiter, "again", 100);
  EXPECT_TRUE(limiter.admit(LogLevel::warn, "inputs.x", "other", 0));
  EXPECT_TRUE(limiter.admit(LogLevel::warn, "inputs.y", "again", 0));
  EXPECT_TRUE(limiter.admit(LogLevel::error, "inputs.x", "again", 0));
}

TEST(LogLimiter, SaysWhatItLeftOutWhenTheWindowEnds) {
  LogLimiter limiter;
  admitted(limiter, "again", 12);
  EXPECT_TRUE(limiter.take(window - 1, false).empty());
  const auto left = limiter.take(window, false);
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].count, 12 - LogLimiter::repeats_max);
  EXPECT_EQ(left[0].source, "inputs.x");
  EXPECT_EQ(left[0].message, "again");
  EXPECT_EQ(left[0].level, LogLevel::warn);
  EXPECT_EQ(admitted(limiter, "again", 1, window), 1);
}

TEST(LogLimiter, SaysEverythingAtTheEnd) {
  LogLimiter limiter;
  admitted(limiter, "again", 12);
  EXPECT_EQ(limiter.take(0, true).size(), 1U);
  EXPECT_TRUE(limiter.take(0, true).empty());
}

TEST(LogLimiter, SaysNothingOfMessagesThatWereAllWritten) {
  LogLimiter limiter;
  admitted(limiter, "once", 1);
  EXPECT_TRUE(limiter.take(window, false).empty());
}

// Goal: memory stays bounded however many different messages come, and no count is lost on the way.
TEST(LogLimiter, RemembersABoundedNumberOfMessages) {
  LogLimiter limiter;
  const std::string tail(10'000, 'x');
  std::uint64_t left_out = 0;
  constexpr int messages = 5000;
  for (int i = 0; i < messages; ++i) {
    admitted(limiter, std::to_string(i) + tail, static_cast<int>(LogLimiter::repeats_max) + 2);
    EXPECT_LE(limiter.size(), LogLimiter::messages_max);
    for (const auto& left : limiter.take(0, false)) {
      left_out += left.count;
      EXPECT_LE(left.message.size(), LogLimiter::text_bytes_max);
    }
  }
  for (const auto& left : limiter.take(0, true)) left_out += left.count;
  EXPECT_EQ(left_out, 2U * messages);
}

}  // namespace
}  // namespace weir
