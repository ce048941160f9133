#pragma once

// The log behind core/base/log.hpp, as an object that tests can own.
//
// Threads  Every member may be called from any thread.
// Errors   configure() says why; a line that cannot be written to its file goes to stderr.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <weir/timezone.hpp>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/base/log_limit.hpp"

namespace weir {

class LogTarget;

class LogWriter {
 public:
  // Writes to stderr in text form until it is configured.
  explicit LogWriter(const Clock& clock);
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  std::string configure(const LogSettings& settings);
  void set_level(LogLevel level) { level_.store(level, std::memory_order_relaxed); }
  [[nodiscard]] LogLevel level() const { return level_.load(std::memory_order_relaxed); }
  void write(LogLevel level, std::string_view source, std::string_view message,
             const Logger::Pairs& pairs);
  void flush(bool all);

 private:
  void say_left_out(std::int64_t now_ns, bool all);
  void write_line(LogLevel level, std::string_view source, std::string_view message,
                  const Logger::Pairs* pairs);

  const Clock& clock_;
  std::atomic<LogLevel> level_{LogLevel::info};
  std::mutex mutex_;
  // Guarded by mutex_.
  LogSettings settings_;
  time_zone zone_;
  LogLimiter limiter_;
  std::shared_ptr<LogTarget> target_;
};

}  // namespace weir
