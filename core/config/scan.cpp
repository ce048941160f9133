#include "core/config/scan.hpp"

#include <algorithm>
#include <string>

namespace weir::config {
namespace {

constexpr std::size_t npos = std::string_view::npos;

std::size_t end_of_short_string(std::string_view text, std::size_t offset) {
  const char quote = text[offset];
  bool escaped = false;
  for (std::size_t i = offset + 1; i < text.size() && text[i] != '\n'; ++i) {
    if (text[i] == quote && !escaped) return i + 1;
    escaped = text[i] == '\\' && quote == '"' && !escaped;
  }
  return npos;
}

// Up to two quotes may stand directly before the closing three.
std::size_t end_of_long_string(std::string_view text, std::size_t offset) {
  const char quote = text[offset];
  const std::string closing(3, quote);
  for (std::size_t i = offset + 3; i < text.size(); ++i) {
    if (text[i] == '\\' && quote == '"') {
      ++i;
    } else if (text.substr(i, 3) == closing) {
      std::size_t end = i + 3;
      while (end < std::min(text.size(), i + 5) && text[end] == quote) ++end;
      return end;
    }
  }
  return npos;
}

}  // namespace

std::size_t end_of_string(std::string_view text, std::size_t offset) {
  const bool is_long = text.substr(offset, 3) == std::string(3, text[offset]);
  return is_long ? end_of_long_string(text, offset) : end_of_short_string(text, offset);
}

std::size_t end_of_line(std::string_view text, std::size_t offset) {
  return std::min(text.find('\n', offset), text.size());
}

}  // namespace weir::config
