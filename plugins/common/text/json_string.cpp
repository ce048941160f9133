#include "plugins/common/text/json_string.hpp"

#include <array>
#include <cstring>

#include "plugins/common/text/utf8.hpp"

namespace weir::common {
namespace {

constexpr std::array<bool, 256> plain_bytes() {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x80; ++c) plain[c] = true;
  for (const char c : {'"', '\\', '<', '>', '&'}) plain[static_cast<unsigned char>(c)] = false;
  return plain;
}
constexpr std::array<bool, 256> is_plain = plain_bytes();

char* put(char* to, std::string_view s) {
  std::memcpy(to, s.data(), s.size());
  return to + s.size();
}

char* put_escape(char* to, unsigned char c) {
  constexpr const char* hex = "0123456789abcdef";
  *to++ = '\\';
  switch (c) {
    case '"':
    case '\\': *to = static_cast<char>(c); return to + 1;
    case '\b': *to = 'b'; return to + 1;
    case '\f': *to = 'f'; return to + 1;
    case '\n': *to = 'n'; return to + 1;
    case '\r': *to = 'r'; return to + 1;
    case '\t': *to = 't'; return to + 1;
    default: break;
  }
  to = put(to, "u00");
  *to++ = hex[c >> 4U];
  *to++ = hex[c & 15U];
  return to;
}

// The character at the begin of s, which is not ASCII. used: its bytes.
char* put_wide(char* to, std::string_view s, std::size_t& used) {
  used = utf8_character(s);
  if (used == 0) {
    used = 1;
    return put(to, "\\ufffd");
  }
  const std::string_view character = s.substr(0, used);
  if (character == "\xe2\x80\xa8") return put(to, "\\u2028");
  if (character == "\xe2\x80\xa9") return put(to, "\\u2029");
  return put(to, character);
}

}  // namespace

char* put_json_string(char* to, std::string_view s) {
  *to++ = '"';
  for (std::size_t i = 0; i < s.size();) {
    const auto c = static_cast<unsigned char>(s[i]);
    if (is_plain[c]) {
      *to++ = s[i++];
    } else if (c < 0x80) {
      to = put_escape(to, c);
      ++i;
    } else {
      std::size_t used = 0;
      to = put_wide(to, s.substr(i), used);
      i += used;
    }
  }
  *to = '"';
  return to + 1;
}

}  // namespace weir::common
