#pragma once

// The smallest pieces of the configuration's language: where strings and comments end.

#include <cstddef>
#include <string_view>

namespace weir::config {

// The end of the string whose opening quote stands at the offset: behind the closing quotes, or npos
// where it is not closed (a single-line string before its line ends).
[[nodiscard]] std::size_t end_of_string(std::string_view text, std::size_t offset);

// The line break that ends the line, or the end of the text.
[[nodiscard]] std::size_t end_of_line(std::string_view text, std::size_t offset);

[[nodiscard]] inline bool is_quote(char c) { return c == '"' || c == '\''; }
// Blanks within a line; a carriage return counts, so that CRLF needs no further thought.
[[nodiscard]] inline bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

[[nodiscard]] inline std::size_t skip_blanks(std::string_view text, std::size_t offset) {
  while (offset < text.size() && is_blank(text[offset])) ++offset;
  return offset;
}

}  // namespace weir::config
