#pragma once

// Texts by characters instead of bytes. A byte that is no UTF-8 counts as one character.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::cel {

[[nodiscard]] std::size_t count_characters(std::string_view text);

// Bytes of the first character; 0 of an empty text.
[[nodiscard]] std::size_t offset_after_first(std::string_view text);

// Where the index-th character begins, or the text ends; npos where it has fewer.
[[nodiscard]] std::size_t offset_of_character(std::string_view text, std::int64_t index);

// Without white space at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace weir::cel
