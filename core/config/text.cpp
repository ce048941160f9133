#include "core/config/text.hpp"

#include <array>
#include <cstdio>

#include "core/base/nearest.hpp"
#include "core/base/utf8.hpp"

namespace weir::config {
namespace {

constexpr std::size_t quoted_bytes_max = 80;

void append_escaped(std::string& out, char byte) {
  std::array<char, 8> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "\\u%04x",
                static_cast<unsigned>(static_cast<unsigned char>(byte)));
  out += buffer.data();
}

}  // namespace

std::size_t utf8_length(std::string_view text, std::size_t offset) {
  std::string_view rest = text.substr(offset);
  const std::size_t before = rest.size();
  const bool good = next_code_point(rest) < raw_byte_code;
  return good ? before - rest.size() : 0;
}

std::size_t find_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = utf8_length(text, at);
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates) {
  const std::string found = nearest_name(name, candidates);
  return found.empty() ? found : "did you mean \"" + found + "\"?";
}

std::string quote(std::string_view text) {
  std::string shown(cut_utf8(text, quoted_bytes_max));
  for (char& byte : shown) {
    if (static_cast<unsigned char>(byte) < 0x20) byte = ' ';
  }
  return '"' + shown + (text.size() > quoted_bytes_max ? "...\"" : "\"");
}

std::string json_quote(std::string_view text) {
  std::string out = "\"";
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += byte;
    } else if (static_cast<unsigned char>(byte) < 0x20) {
      append_escaped(out, byte);
    } else {
      out += byte;
    }
  }
  return out + '"';
}

}  // namespace weir::config
