#pragma once

// Finds the end of a value in Telegraf's dialect and writes it down as TOML 1.0 of the same length.
//
// Laxities  A trailing comma in an inline table, a missing comma between the items of a list.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::config {

struct SyntaxError {
  std::size_t offset{0}, length{1};
  std::string message, hint;
};

struct ScannedValue {
  std::size_t begin{0}, end{0};
  std::string strict;  // TOML 1.0, as long as the value
  std::vector<SyntaxError> warnings;
  std::optional<SyntaxError> error;  // Then nothing else but begin holds.
};

// The value that stands at the offset, or after blanks there.
[[nodiscard]] ScannedValue scan_value(std::string_view text, std::size_t offset);

// One key without dots at the offset: its end, or npos with the error filled in.
[[nodiscard]] std::size_t scan_key_part(std::string_view text, std::size_t offset,
                                        SyntaxError& error);

// The same for keys with dots between them.
[[nodiscard]] std::size_t scan_key(std::string_view text, std::size_t offset, SyntaxError& error);

// True when a line that begins at the offset looks like a header or like "key = ...".
[[nodiscard]] bool looks_like_statement(std::string_view text, std::size_t offset);

}  // namespace weir::config
