#include "core/base/log_writer.hpp"

#include <utility>

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <weir/rotating_file.hpp>

#include "core/base/log_line.hpp"

namespace weir {
namespace {

using Sink = std::shared_ptr<spdlog::sinks::sink>;

// Appends to a rotating file; a line that the file does not take goes to stderr with the reason.
class FileSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FileSink(const Clock& clock) : clock_(clock) {}

  std::string open(const LogSettings& s) {
    return file_.open(s.file,
                      {s.rotation_interval_ns, s.rotation_max_bytes, s.rotation_max_archives},
                      clock_.wall_ns());
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    std::string line(message.payload.data(), message.payload.size());
    line += '\n';
    const std::string why = file_.append(line, clock_.wall_ns());
    if (!why.empty()) std::fprintf(stderr, "E! [agent] %s\n%s", why.c_str(), line.c_str());
  }
  void flush_() override {}  // Every append reaches the system.

 private:
  const Clock& clock_;
  rotating_file file_;
};

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::error: return spdlog::level::err;
    case LogLevel::warn: return spdlog::level::warn;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::trace: break;
  }
  return spdlog::level::trace;
}

}  // namespace

// Where lines go.
class LogTarget {
 public:
  explicit LogTarget(Sink sink) : logger_("weir", std::move(sink)) {
    logger_.set_pattern("%v");
    logger_.set_level(spdlog::level::trace);
  }
  void write(LogLevel level, const std::string& line) {
    logger_.log(level_of(level), spdlog::string_view_t(line.data(), line.size()));
  }

 private:
  spdlog::logger logger_;
};

namespace {

std::shared_ptr<LogTarget> stderr_target() {
  return std::make_shared<LogTarget>(std::make_shared<spdlog::sinks::stderr_sink_mt>());
}

}  // namespace

LogWriter::LogWriter(const Clock& clock) : clock_(clock), target_(stderr_target()) {}
LogWriter::~LogWriter() = default;

std::string LogWriter::configure(const LogSettings& settings) {
  time_zone zone;
  if (std::string why = zone.load(settings.timezone); !why.empty()) return why;
  std::shared_ptr<LogTarget> target;
  if (settings.file.empty()) {
    target = stderr_target();
  } else {
    auto sink = std::make_shared<FileSink>(clock_);
    if (std::string why = sink->open(settings); !why.empty()) return why;
    target = std::make_shared<LogTarget>(std::move(sink));
  }
  const std::lock_guard lock(mutex_);
  settings_ = settings;
  zone_ = std::move(zone);
  target_ = std::move(target);
  level_.store(settings.level, std::memory_order_relaxed);
  return {};
}

void LogWriter::write(LogLevel level, std::string_view source, std::string_view message,
                      const Logger::Pairs& pairs) {
  const std::lock_guard lock(mutex_);
  const std::int64_t now_ns = clock_.steady_ns();
  say_left_out(now_ns, false);
  if (limiter_.admit(level, source, message, now_ns)) write_line(level, source, message, &pairs);
}

void LogWriter::flush(bool all) {
  const std::lock_guard lock(mutex_);
  say_left_out(clock_.steady_ns(), all);
}

void LogWriter::say_left_out(std::int64_t now_ns, bool all) {
  for (const LogLimiter::LeftOut& left : limiter_.take(now_ns, all)) {
    const std::string text =
        left.message + " (left out " + std::to_string(left.count) + " more of these)";
    write_line(left.level, left.source, text, nullptr);
  }
}

void LogWriter::write_line(LogLevel level, std::string_view source, std::string_view message,
                           const Logger::Pairs* pairs) {
  const LogRecord record{clock_.wall_ns(), level, source, message, pairs};
  const std::string line =
      settings_.json ? json_line(record, zone_, settings_.message_key) : text_line(record, zone_);
  target_->write(level, line);
}

}  // namespace weir
