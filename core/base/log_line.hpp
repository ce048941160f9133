#pragma once

// How one log record looks as a line.
//
// Threads  Pure functions.
// Limits   Whatever a message holds, it makes one record: in text what follows a line break is
//          indented, and control characters are escaped, so that data in a message cannot pass for
//          another record.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <weir/timezone.hpp>

#include "core/base/log.hpp"

namespace weir {

struct LogRecord {
  std::int64_t time_ns{0};
  LogLevel level{LogLevel::info};
  std::string_view source, message;
  const Logger::Pairs* pairs{nullptr};  // May be null.
};

inline constexpr std::size_t log_message_bytes_max = 16 * 1024;

// 2026-01-02T03:04:05Z W! [outputs.kafka::main] message key=value
std::string text_line(const LogRecord& record, const time_zone& zone);

// {"time":"2026-01-02T03:04:05.5Z","level":"WARN","msg":"message","category":"outputs",...}
std::string json_line(const LogRecord& record, const time_zone& zone, std::string_view message_key);

}  // namespace weir
