#pragma once

// Taking the text of kernel files apart without copying it.
//
// Threads    Pure functions.
// Ownership  What they return are pieces of what they were given.
// Errors     A number that is none, or does not fit, is refused; nothing is thrown.

#include <charconv>
#include <initializer_list>
#include <string>
#include <string_view>
#include <system_error>

namespace weir::procfs {

// Cuts the first line off the text, without its line break.
std::string_view take_line(std::string_view& text);
// Cuts the first word off the line: what stands between blanks. Empty when there is none left.
std::string_view take_word(std::string_view& line);
// Cuts off what stands before the separator, and the separator; everything where there is none.
std::string_view take_until(std::string_view& text, char separator);
// Without blanks and line breaks at both ends.
std::string_view trim(std::string_view text);

// Reads a number that is the whole word.
template <typename Number>
bool to_number(std::string_view word, Number& number) {
  const auto [at, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc() && at == word.data() + word.size() && !word.empty();
}

// Cuts the next word off the line and reads it as a number.
template <typename Number>
bool take_number(std::string_view& line, Number& number) {
  return to_number(take_word(line), number);
}

std::string concat(std::initializer_list<std::string_view> parts);

// The escapes of mount tables, \040 for a blank and the like, as what they stand for.
std::string unescape_octal(std::string_view text);

}  // namespace weir::procfs
