#include "plugins/processors/strings/change.hpp"

#include "plugins/common/text/letters.hpp"
#include "plugins/common/text/utf8.hpp"

namespace weir::strings {
namespace {

constexpr std::size_t npos = std::string_view::npos;

// Bytes of the first character; a byte that is no UTF-8 is one.
std::size_t first_character(std::string_view text) {
  const std::size_t n = common::utf8_character(text);
  return n == 0 ? 1 : n;
}

void append_three(std::uint32_t bits, std::string& out) {
  out += static_cast<char>(bits >> 16U & 0xffU);
  out += static_cast<char>(bits >> 8U & 0xffU);
  out += static_cast<char>(bits & 0xffU);
}

// Base64 with padding; line breaks do not count. False: it is none.
bool decode_base64(std::string_view text, std::string& out) {
  static constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::uint32_t bits = 0;
  std::size_t n = 0, padding = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r') continue;
    const std::size_t digit = c == '=' ? 0 : digits.find(c);
    if (digit == npos || (padding != 0 && c != '=')) return false;
    padding += c == '=' ? 1 : 0;
    bits = bits << 6U | static_cast<std::uint32_t>(digit);
    if (++n % 4 == 0) append_three(bits, out);
  }
  if (n % 4 != 0 || padding > 2) return false;
  out.resize(out.size() - padding);
  return true;
}

}  // namespace

std::string_view Change::apply(std::string_view text) {
  room_.clear();
  switch (operation_) {
    case Operation::lowercase: return common::append_lower(text, room_), room_;
    case Operation::uppercase: return common::append_upper(text, room_), room_;
    case Operation::titlecase: return common::append_title(text, room_), room_;
    case Operation::trim:
    case Operation::trim_left:
    case Operation::trim_right: return trimmed(text);
    case Operation::trim_prefix: return without_prefix(text);
    case Operation::trim_suffix: return without_suffix(text);
    case Operation::replace: return replaced(text);
    case Operation::left: return shortened(text);
    case Operation::base64decode: return decoded(text);
    case Operation::valid_utf8: return repaired(text);
  }
  return text;
}

bool Change::is_cut(std::string_view character) const {
  if (!settings_.cutset.empty()) return settings_.cutset.find(character) != npos;
  return common::trim_space(character).empty();
}

std::string_view Change::trimmed(std::string_view text) const {
  if (operation_ != Operation::trim_right) {
    while (!text.empty() && is_cut(text.substr(0, first_character(text)))) {
      text.remove_prefix(first_character(text));
    }
  }
  if (operation_ == Operation::trim_left) return text;
  while (!text.empty()) {
    const std::size_t n = common::last_character(text);
    if (!is_cut(text.substr(text.size() - n))) break;
    text.remove_suffix(n);
  }
  return text;
}

std::string_view Change::without_prefix(std::string_view text) const {
  return text.starts_with(settings_.prefix) ? text.substr(settings_.prefix.size()) : text;
}

std::string_view Change::without_suffix(std::string_view text) const {
  return text.ends_with(settings_.suffix) ? text.substr(0, text.size() - settings_.suffix.size())
                                          : text;
}

// A text of which nothing would be left stays. An empty old text stands in front of every character and at the end.
std::string_view Change::replaced(std::string_view text) {
  const std::string& old_text = settings_.old_text;
  std::string_view rest = text;
  if (old_text.empty()) {
    while (!rest.empty()) {
      const std::size_t n = first_character(rest);
      room_.append(settings_.new_text).append(rest.substr(0, n));
      rest.remove_prefix(n);
    }
    room_ += settings_.new_text;
    return room_.empty() ? text : std::string_view(room_);
  }
  std::size_t found = rest.find(old_text);
  if (found == npos) return text;
  for (; found != npos; found = rest.find(old_text)) {
    room_.append(rest.substr(0, found)).append(settings_.new_text);
    rest.remove_prefix(found + old_text.size());
  }
  room_ += rest;
  return room_.empty() ? text : std::string_view(room_);
}

std::string_view Change::shortened(std::string_view text) const {
  return text.substr(0, static_cast<std::size_t>(settings_.width));
}

// What is no base64, or becomes no UTF-8, stays.
std::string_view Change::decoded(std::string_view text) {
  return decode_base64(text, room_) && common::is_utf8(room_) ? std::string_view(room_) : text;
}

// One replacement for each run of bytes that are no UTF-8.
std::string_view Change::repaired(std::string_view text) {
  if (common::is_utf8(text)) return text;
  bool broken = false;
  while (!text.empty()) {
    const std::size_t n = common::utf8_character(text);
    if (n == 0 && !broken) room_ += settings_.replacement;
    broken = n == 0;
    room_ += text.substr(0, n);
    text.remove_prefix(n == 0 ? 1 : n);
  }
  return room_;
}

}  // namespace weir::strings
