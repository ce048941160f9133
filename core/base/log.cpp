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

void flush_log(bool all) { the_log().flush(all); }

bool Logger::on(LogLevel level) const { return level <= level_.value_or(the_log().level()); }

void Logger::write(LogLevel level, std::string_view message, const Pairs& pairs) const {
  if (on(level)) the_log().write(level, source_, message, pairs);
}

}  // namespace weir
