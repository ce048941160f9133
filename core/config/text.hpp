#pragma once

// Small questions about text that several parts of reading a configuration ask.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weir::config {

// Bytes of the well-formed UTF-8 character at the offset, 0 where there is none.
[[nodiscard]] std::size_t utf8_length(std::string_view text, std::size_t offset);

// The offset of the first byte that is not UTF-8, or npos.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text);

[[nodiscard]] inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
[[nodiscard]] inline bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
[[nodiscard]] inline bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

[[nodiscard]] std::string to_lower(std::string_view text);

// 'did you mean "x"?', or "" where no candidate is near.
[[nodiscard]] std::string did_you_mean(std::string_view name,
                                       const std::vector<std::string>& candidates);

// "text" in quotes for a message: in one line, and cut where it is long.
[[nodiscard]] std::string quote(std::string_view text);

// As a JSON string, with its quotes.
[[nodiscard]] std::string json_quote(std::string_view text);

}  // namespace weir::config
