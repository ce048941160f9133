#include "core/cel/characters.hpp"

#include <weir/utf8.hpp>

namespace weir::cel {
namespace {

// White space of Unicode.
bool is_space(std::uint32_t code) {
  return (code >= 0x09 && code <= 0x0d) || code == 0x20 || code == 0x85 || code == 0xa0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 ||
         code == 0x202f || code == 0x205f || code == 0x3000;
}

}  // namespace

std::size_t count_characters(std::string_view text) {
  std::size_t n = 0;
  for (; !text.empty(); ++n) next_code_point(text);
  return n;
}

std::size_t offset_after_first(std::string_view text) {
  const std::size_t size = text.size();
  if (!text.empty()) next_code_point(text);
  return size - text.size();
}

std::size_t offset_of_character(std::string_view text, std::int64_t index) {
  if (index < 0) return std::string_view::npos;
  std::string_view rest = text;
  for (; index > 0 && !rest.empty(); --index) next_code_point(rest);
  return index > 0 ? std::string_view::npos : text.size() - rest.size();
}

std::string_view trimmed(std::string_view text) {
  std::size_t begin = text.size(), end = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t at = text.size() - rest.size();
    if (is_space(next_code_point(rest))) continue;
    if (begin == text.size()) begin = at;
    end = text.size() - rest.size();
  }
  return end == 0 ? text.substr(0, 0) : text.substr(begin, end - begin);
}

}  // namespace weir::cel
