#include "core/base/log.hpp"

#include "core/base/log_writer.hpp"

namespace weir {
namespace {

// Never destroyed: threads that end late may still log.
LogWriter& the_log() {
  static auto* const log = new LogWriter(system_clock());
  return *log;
}

}  // namespace

std::string configure_log(const LogSettings& settings) { return the_log().configure(settings); }

void set_log_level(LogLevel level) { the_log().set_level(level); }

LogLevel log_level() { return the_log().level(); }

const char* log_level_name(LogLevel level) {
  switch (level) {
    case LogLevel::error: return "error";
    case LogLevel::warn: return "warn";
    case LogLevel::info: return "info";
    case LogLevel::debug: return "debug";
    case LogLevel::trace: break;
  }
  return "trace";
}

std::optional<LogLevel> log_level_of(std::string_view name) {
  for (const auto level :
       {LogLevel::error, LogLevel::warn, LogLevel::info, LogLevel::debug, LogLevel::trace}) {
    if (name == log_level_name(level)) return level;
  }
  return std::nullopt;
}

void flush_log(bool all) { the_log().flush(all); }

bool Logger::on(LogLevel level) const { return level <= level_.value_or(the_log().level()); }

void Logger::write(LogLevel level, std::string_view message, const Pairs& pairs) const {
  if (on(level)) the_log().write(level, source_, message, pairs);
}

}  // namespace weir
