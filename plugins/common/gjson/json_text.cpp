#include "plugins/common/gjson/json_text.hpp"

#include <cstdint>

#include "plugins/common/text/letters.hpp"

namespace weir::common {
namespace {

// Behind the closing quote of the string at the begin of s; its size where there is none.
std::size_t string_end(std::string_view s) {
  for (std::size_t i = 1; i < s.size(); ++i) {
    if (s[i] == '\\') {
      ++i;
    } else if (s[i] == '"') {
      return i + 1;
    }
  }
  return s.size();
}

std::size_t nested_end(std::string_view s) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const char c = s[i];
    if (c == '"') {
      i += string_end(s.substr(i)) - 1;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return s.size();
}

std::size_t scalar_end(std::string_view s) {
  std::size_t i = 0;
  while (i < s.size() && !is_blank(s[i]) &&
         std::string_view(",:]}[{\"").find(s[i]) == std::string_view::npos) {
    ++i;
  }
  return i;
}

// Four hexadecimal digits; -1 where they are none.
std::int32_t hex4(std::string_view s) {
  if (s.size() < 4) return -1;
  std::int32_t v = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const char c = s[i];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return -1;
    v = v * 16 + digit;
  }
  return v;
}

constexpr std::int32_t high_surrogate = 0xd800;
constexpr std::int32_t low_surrogate = 0xdc00;
constexpr std::int32_t surrogates_end = 0xe000;
constexpr std::uint32_t replacement = 0xfffd;

// s: behind "\u". Returns the bytes taken.
std::size_t unicode_escape(std::string_view s, std::string& out) {
  const std::int32_t first = hex4(s);
  if (first < 0) {
    out += "\\u";
    return 0;
  }
  if (first < high_surrogate || first >= surrogates_end) {
    append_utf8(static_cast<std::uint32_t>(first), out);
    return 4;
  }
  const bool pair = s.size() >= 10 && s[4] == '\\' && s[5] == 'u';
  const std::int32_t second = pair ? hex4(s.substr(6)) : -1;
  if (first >= low_surrogate || second < low_surrogate || second >= surrogates_end) {
    append_utf8(replacement, out);
    return 4;
  }
  append_utf8(0x10000U + (static_cast<std::uint32_t>(first - high_surrogate) << 10U) +
                  static_cast<std::uint32_t>(second - low_surrogate),
              out);
  return 10;
}

}  // namespace

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view skip_blanks(std::string_view json) {
  while (!json.empty() && is_blank(json[0])) json.remove_prefix(1);
  return json;
}

std::string_view first_value(std::string_view json) {
  if (json.empty()) return json;
  if (json[0] == '"') return json.substr(0, string_end(json));
  const bool nested = json[0] == '{' || json[0] == '[';
  return json.substr(0, nested ? nested_end(json) : scalar_end(json));
}

JsonItems::JsonItems(std::string_view value) {
  if (value.empty() || (value[0] != '{' && value[0] != '[')) return;
  object_ = value[0] == '{';
  rest_ = value.substr(1);
}

bool JsonItems::take(char c) {
  rest_ = skip_blanks(rest_);
  if (rest_.empty() || rest_[0] != c) return false;
  rest_ = skip_blanks(rest_.substr(1));
  return true;
}

bool JsonItems::next(std::string_view& key, std::string_view& value) {
  take(',');
  rest_ = skip_blanks(rest_);
  key = {};
  if (object_) {
    if (rest_.empty() || rest_[0] != '"') return false;
    key = first_value(rest_);
    rest_.remove_prefix(key.size());
    if (!take(':')) return false;
  }
  value = first_value(rest_);
  rest_.remove_prefix(value.size());
  return !value.empty();
}

std::string string_text(std::string_view quoted) {
  if (quoted.size() < 2 || quoted[0] != '"') return std::string(quoted);
  const std::string_view s = quoted.substr(1, quoted.size() - 2);
  std::string out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '\\' || i + 1 == s.size()) {
      out += s[i];
      continue;
    }
    switch (s[++i]) {
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'u': i += unicode_escape(s.substr(i + 1), out); break;
      default: out += s[i];
    }
  }
  return out;
}

void append_quoted(std::string_view text, std::string& json) {
  constexpr const char* hex = "0123456789abcdef";
  json += '"';
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      json.append({'\\', c});
    } else if (u < ' ') {
      json.append("\\u00").append({hex[u >> 4U], hex[u & 15U]});
    } else {
      json += c;
    }
  }
  json += '"';
}

}  // namespace weir::common
