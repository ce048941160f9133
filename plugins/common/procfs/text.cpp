#include "plugins/common/procfs/text.hpp"

namespace weir::procfs {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_octal(char c) { return c >= '0' && c <= '7'; }

// The byte that "\ooo" at the begin of text stands for, or -1.
int escaped_byte(std::string_view text) {
  if (text.size() < 4 || text[0] != '\\') return -1;
  if (text[1] > '3' || !is_octal(text[1]) || !is_octal(text[2]) || !is_octal(text[3])) return -1;
  return (text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0');
}

}  // namespace

std::string_view take_line(std::string_view& text) { return take_until(text, '\n'); }

std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view front = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return front;
}

std::string_view take_word(std::string_view& line) {
  std::size_t begin = 0;
  while (begin < line.size() && is_blank(line[begin])) ++begin;
  std::size_t end = begin;
  while (end < line.size() && !is_blank(line[end])) ++end;
  const std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string concat(std::initializer_list<std::string_view> parts) {
  std::string whole;
  for (const std::string_view part : parts) whole += part;
  return whole;
}

std::string unescape_octal(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const int byte = escaped_byte(text);
    plain += byte < 0 ? text[0] : static_cast<char>(byte);
    text.remove_prefix(byte < 0 ? 1 : 4);
  }
  return plain;
}

}  // namespace weir::procfs
