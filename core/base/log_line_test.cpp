#include "core/base/log_line.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

constexpr std::int64_t at_ns = 1'767'323'045'500'000'000;  // 2026-01-02T03:04:05.5Z

LogRecord record(std::string_view source, std::string_view message,
                 LogLevel level = LogLevel::warn) {
  return {at_ns, level, source, message, nullptr};
}

TEST(TextLine, IsTelegrafsForm) {
  EXPECT_EQ(text_line(record("inputs.x::alias", "message"), {}),
            "2026-01-02T03:04:05Z W! [inputs.x::alias] message");
  EXPECT_EQ(text_line(record("", "message", LogLevel::error), {}),
            "2026-01-02T03:04:05Z E! message");
}

TEST(TextLine, MarksEveryLevel) {
  const char* marks = "EWIDT";
  for (int level = 1; level <= 5; ++level) {
    EXPECT_EQ(text_line(record("a", "m", static_cast<LogLevel>(level)), {})[21], marks[level - 1]);
  }
}

TEST(TextLine, AppendsPairs) {
  const Logger::Pairs pairs{{"device", "sda"}, {"n", "3"}};
  LogRecord r = record("agent", "message");
  r.pairs = &pairs;
  EXPECT_EQ(text_line(r, {}), "2026-01-02T03:04:05Z W! [agent] message device=sda n=3");
}

// Goal: a message made from data cannot pass for another record.
TEST(TextLine, KeepsOneRecordOne) {
  EXPECT_EQ(text_line(record("a", "bad\n2026-01-02T03:04:05Z E! [b] forged\r\x1b[2J"), {}),
            "2026-01-02T03:04:05Z W! [a] bad\n    2026-01-02T03:04:05Z E! [b] forged\\x0d\\x1b[2J");
}

TEST(TextLine, CutsALongMessage) {
  const std::string line =
      text_line(record("a", std::string(log_message_bytes_max + 100, 'x')), {});
  EXPECT_LT(line.size(), log_message_bytes_max + 100);
  EXPECT_TRUE(line.ends_with("x ... (100 more bytes)"));
}

TEST(TextLine, UsesTheTimeZone) {
  time_zone zone;
  ASSERT_EQ(zone.load("Asia/Kolkata"), "");
  EXPECT_EQ(text_line(record("a", "m"), zone), "2026-01-02T08:34:05+05:30 W! [a] m");
  ASSERT_EQ(zone.load("America/New_York"), "");
  EXPECT_EQ(text_line(record("a", "m"), zone), "2026-01-01T22:04:05-05:00 W! [a] m");
}

TEST(TextLine, KnowsTimesBeforeTheEpoch) {
  LogRecord r = record("a", "m");
  r.time_ns = -1;
  EXPECT_EQ(text_line(r, {}), "1969-12-31T23:59:59Z W! [a] m");
}

TEST(JsonLine, HasTelegrafsKeys) {
  EXPECT_EQ(
      json_line(record("outputs.kafka::main", "message"), {}, "msg"),
      R"({"time":"2026-01-02T03:04:05.5Z","level":"WARN","msg":"message","category":"outputs",)"
      R"("plugin":"kafka","alias":"main"})");
  EXPECT_EQ(json_line(record("agent", "m"), {}, "message"),
            R"({"time":"2026-01-02T03:04:05.5Z","level":"WARN","message":"m","category":"agent"})");
}

TEST(JsonLine, EscapesWhatJsonNeeds) {
  const Logger::Pairs pairs{{"k\"", "v\\"}};
  LogRecord r = record("",
                       "a\"b\\c\nd\te\x01"
                       "f\xffg\xe2\x82\xac");
  r.pairs = &pairs;
  EXPECT_EQ(
      json_line(r, {}, ""),
      "{\"time\":\"2026-01-02T03:04:05.5Z\",\"level\":\"WARN\","
      "\"msg\":\"a\\\"b\\\\c\\nd\\te\\u0001f\xef\xbf\xbdg\xe2\x82\xac\",\"k\\\"\":\"v\\\\\"}");
}

}  // namespace
}  // namespace weir
