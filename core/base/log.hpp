#pragma once

// The agent's log, in Telegraf's text form or as JSON lines.
//
//   2026-01-02T03:04:05Z W! [outputs.kafka::main] message
//
// Threads  Every function may be called from any thread.
// Limits   Of equal messages of one source the first few of each 10 s are written; the rest is
//          counted and said later (LogLimiter). A message is cut at 16 KiB.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

enum class LogLevel : std::uint8_t { error = 1, warn = 2, info = 3, debug = 4, trace = 5 };

struct LogSettings {
  LogLevel level{LogLevel::info};
  bool json{false};                      // logformat = "structured"
  std::string message_key{"msg"};        // structured_log_message_key
  std::string file;                      // logfile; empty = stderr
  std::int64_t rotation_interval_ns{0};  // logfile_rotation_interval; 0 = off
  std::int64_t rotation_max_bytes{0};    // logfile_rotation_max_size; 0 = off
  int rotation_max_archives{5};          // logfile_rotation_max_archives; -1 = keep all
  std::string timezone;                  // log_with_timezone; empty = UTC

  bool operator==(const LogSettings&) const = default;
};

// Replaces the log's settings; lines of other threads go to the old or the new target.
// Returns an empty text, or why the target could not be opened (the log then stays as it was).
std::string configure_log(const LogSettings& settings);

// What is written from now on, of sources without a level of their own.
void set_log_level(LogLevel level);
[[nodiscard]] LogLevel log_level();
// "error", "warn", "info", "debug", "trace", and back.
[[nodiscard]] const char* log_level_name(LogLevel level);
[[nodiscard]] std::optional<LogLevel> log_level_of(std::string_view name);

// Writes how many lines the rate limit has left out so far, those of ended windows or all of them.
// To be called now and then, as a limited source may fall silent, and with all before the process
// ends.
void flush_log(bool all);

// A named source of log lines. Cheap to copy and to keep.
class Logger {
 public:
  using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

  // source: "inputs.cpu", "outputs.kafka::main" or "agent".
  // level: the instance's own log_level, which holds instead of the agent's.
  explicit Logger(std::string source, std::optional<LogLevel> level = std::nullopt)
      : source_(std::move(source)), level_(level) {}

  // True when a line of this level would be written: ask before building an expensive text.
  [[nodiscard]] bool on(LogLevel level) const;
  void write(LogLevel level, std::string_view message, const Pairs& pairs = {}) const;

  void error(std::string_view message) const { write(LogLevel::error, message); }
  void warn(std::string_view message) const { write(LogLevel::warn, message); }
  void info(std::string_view message) const { write(LogLevel::info, message); }
  void debug(std::string_view message) const { write(LogLevel::debug, message); }

  [[nodiscard]] const std::string& source() const { return source_; }

 private:
  std::string source_;
  std::optional<LogLevel> level_;
};

}  // namespace weir
