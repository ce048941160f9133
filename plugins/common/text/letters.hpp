#pragma once

// Characters of all scripts: upper and lower case, white space; whatever the locale of the process is.
//
// Source     Case is that of the C library's UTF-8 tables, which is that of Go's package unicode; where one letter has
//            several as its title case, those of Unicode's SpecialCasing.txt.
// Errors     A byte that is no UTF-8 is a character of its own, and stays.
// Threads    Free functions; the tables are loaded with the first use.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::common {

void append_utf8(std::uint32_t code, std::string& to);

// Go's ToUpper and ToLower.
void append_upper(std::string_view text, std::string& to);
void append_lower(std::string_view text, std::string& to);
// The first letter of each word as a capital one, the others as they are. A word ends where its script ends it: "it's",
// "e.g" and "x_y" are one word each, "a-b" is two.
void append_title(std::string_view text, std::string& to);

// Go's IsSpace.
bool is_space(std::uint32_t code);
std::string_view trim_space_left(std::string_view text);
std::string_view trim_space_right(std::string_view text);
std::string_view trim_space(std::string_view text);

// Bytes of the last character of a text that is not empty.
std::size_t last_character(std::string_view text);

}  // namespace weir::common
