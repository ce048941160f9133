#include "plugins/common/http/url.hpp"

#include <charconv>

namespace weir::http {
namespace {

// Takes what stands before the first of these characters off the text.
std::string_view take_before(std::string_view& text, std::string_view ends) {
  const std::size_t end = text.find_first_of(ends);
  const std::string_view front = text.substr(0, end);
  text.remove_prefix(front.size());
  return front;
}

void read_authority(std::string_view authority, Url& url) {
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    url.user_info = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }
  const bool bracket = authority.starts_with('[');
  const std::size_t host_end = bracket ? authority.find(']') : authority.rfind(':');
  if (host_end == std::string_view::npos) {
    url.host = authority;
    return;
  }
  url.host = authority.substr(bracket ? 1 : 0, host_end - (bracket ? 1 : 0));
  authority.remove_prefix(host_end + (bracket ? 1 : 0));
  if (authority.starts_with(':')) url.port = authority.substr(1);
}

std::optional<std::string> decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' && plus_is_blank ? ' ' : text[i];
      continue;
    }
    const std::string_view digits = text.substr(i + 1, 2);
    unsigned char byte = 0;
    const char* const begin = text.data() + i + 1;
    const char* const end = begin + digits.size();
    const auto read = std::from_chars(begin, end, byte, 16);
    if (digits.size() != 2 || read.ec != std::errc() || read.ptr != end) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

bool stays(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  Url url;
  url.scheme = text.substr(0, colon);
  text.remove_prefix(colon + 3);
  read_authority(take_before(text, "/?#"), url);
  url.path = take_before(text, "?#");
  if (text.starts_with('?')) url.query = text.substr(1, text.find('#') - 1);
  return url;
}

std::optional<std::string> decode_path(std::string_view text) { return decode(text, false); }
std::optional<std::string> decode_query(std::string_view text) { return decode(text, true); }

std::string query_value(std::string_view query, std::string_view key) {
  while (!query.empty()) {
    std::string_view pair = take_before(query, "&");
    if (!query.empty()) query.remove_prefix(1);
    const std::string_view name = take_before(pair, "=");
    if (decode_query(name) != key) continue;
    return decode_query(pair.empty() ? pair : pair.substr(1)).value_or("");
  }
  return {};
}

std::string encode_query(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (stays(c)) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return out;
}

std::string encode_pairs(const Pairs& pairs) {
  std::string out;
  for (const auto& [key, value] : pairs) {
    if (!out.empty()) out += '&';
    out += encode_query(key) + '=' + encode_query(value);
  }
  return out;
}

}  // namespace weir::http
