#include "core/base/log_line.hpp"

#include <array>
#include <iterator>

#include <fmt/format.h>

#include "core/base/utf8.hpp"

namespace weir {
namespace {

using Buffer = fmt::memory_buffer;

void append(Buffer& out, std::string_view text) {
  out.append(text.data(), text.data() + text.size());
}

std::size_t index_of(LogLevel level) { return static_cast<std::size_t>(level) - 1; }

// RFC 3339; the fraction without trailing zeros, as JSON lines have it.
void append_time(Buffer& out, std::int64_t time_ns, const time_zone& zone, bool fraction) {
  constexpr std::int64_t second_ns = 1'000'000'000;
  const std::int64_t unix_s = time_ns / second_ns - (time_ns % second_ns < 0 ? 1 : 0);
  const std::int32_t offset_s = zone.offset_s(unix_s);
  const civil_time t = civil_of(unix_s + offset_s);
  auto at = std::back_inserter(out);
  fmt::format_to(at, "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", t.year, t.month, t.day, t.hour,
                 t.minute, t.second);
  const std::int64_t rest_ns = time_ns - unix_s * second_ns;
  if (fraction && rest_ns != 0) {
    const std::string digits = fmt::format("{:09}", rest_ns);
    append(out, ".");
    append(out, std::string_view(digits).substr(0, digits.find_last_not_of('0') + 1));
  }
  if (offset_s == 0) return append(out, "Z");
  const std::int32_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
  fmt::format_to(at, "{}{:02}:{:02}", offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

void append_text(Buffer& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      append(out, "\n    ");
    } else if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned>(c));
    } else {
      out.push_back(c);
    }
  }
}

void append_json_char(Buffer& out, std::uint32_t code, std::string_view bytes) {
  if (code == '"' || code == '\\') out.push_back('\\');
  if (code == '\n') return append(out, "\\n");
  if (code == '\t') return append(out, "\\t");
  if (code < 0x20) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
    return;
  }
  append(out, code >= raw_byte_code ? "\xef\xbf\xbd" : bytes);
}

void append_json(Buffer& out, std::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    std::string_view rest = text;
    const std::uint32_t code = next_code_point(rest);
    append_json_char(out, code, text.substr(0, text.size() - rest.size()));
    text = rest;
  }
  out.push_back('"');
}

void append_json_pair(Buffer& out, std::string_view key, std::string_view value) {
  out.push_back(',');
  append_json(out, key);
  out.push_back(':');
  append_json(out, value);
}

// "outputs.kafka::main" -> category, plugin and alias.
void append_json_source(Buffer& out, std::string_view source) {
  const std::size_t colons = source.find("::");
  const std::string_view whole = source.substr(0, colons);
  const std::size_t point = whole.find('.');
  append_json_pair(out, "category", whole.substr(0, point));
  if (point != std::string_view::npos) append_json_pair(out, "plugin", whole.substr(point + 1));
  if (colons != std::string_view::npos) append_json_pair(out, "alias", source.substr(colons + 2));
}

// The message as far as it is written, and behind it how much was cut.
struct CutMessage {
  explicit CutMessage(std::string_view message) : text(cut_utf8(message, log_message_bytes_max)) {
    if (text.size() < message.size()) {
      rest = fmt::format(" ... ({} more bytes)", message.size() - text.size());
    }
  }
  std::string_view text;
  std::string rest;
};

}  // namespace

std::string text_line(const LogRecord& record, const time_zone& zone) {
  constexpr std::array<std::string_view, 5> marks{" E! ", " W! ", " I! ", " D! ", " T! "};
  Buffer out;
  append_time(out, record.time_ns, zone, false);
  append(out, marks.at(index_of(record.level)));
  if (!record.source.empty()) fmt::format_to(std::back_inserter(out), "[{}] ", record.source);
  const CutMessage message(record.message);
  append_text(out, message.text);
  append(out, message.rest);
  for (const auto& [key, value] : record.pairs != nullptr ? *record.pairs : Logger::Pairs{}) {
    fmt::format_to(std::back_inserter(out), " {}=", key);
    append_text(out, value);
  }
  return fmt::to_string(out);
}

std::string json_line(const LogRecord& record, const time_zone& zone,
                      std::string_view message_key) {
  constexpr std::array<std::string_view, 5> names{"ERROR", "WARN", "INFO", "DEBUG", "TRACE"};
  Buffer out;
  append(out, "{\"time\":\"");
  append_time(out, record.time_ns, zone, true);
  append(out, "\"");
  append_json_pair(out, "level", names.at(index_of(record.level)));
  const CutMessage message(record.message);
  append_json_pair(out, message_key.empty() ? "msg" : message_key,
                   std::string(message.text) + message.rest);
  if (!record.source.empty()) append_json_source(out, record.source);
  for (const auto& [key, value] : record.pairs != nullptr ? *record.pairs : Logger::Pairs{}) {
    append_json_pair(out, key, value);
  }
  out.push_back('}');
  return fmt::to_string(out);
}

}  // namespace weir
