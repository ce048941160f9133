// $base64encode, $encodeUrl and their opposites.

#include <cctype>

#include "plugins/common/jsonata/functions.hpp"

namespace weir::jsonata {
namespace {

constexpr std::string_view digits64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view digits16 = "0123456789ABCDEF";

Value base64encode(Call& call) {
  const std::string& s = call.text(0);
  std::string out;
  for (std::size_t i = 0; i < s.size(); i += 3) {
    const std::size_t n = std::min<std::size_t>(3, s.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8U | (k < n ? static_cast<unsigned char>(s[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= n ? digits64[bits >> (18U - 6U * static_cast<unsigned>(k)) & 63U] : '=';
    }
  }
  return make_text(call.budget, std::move(out));
}

Value base64decode(Call& call) {
  std::string_view s = call.text(0);
  const bool whole = s.size() % 4 == 0;
  for (int i = 0; i < 2 && s.ends_with('='); ++i) s.remove_suffix(1);
  std::string out;
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char c : s) {
    const std::size_t digit = digits64.find(c);
    if (!whole || digit == std::string_view::npos) {
      call.budget.fail("$base64decode: the string is not base64");
    }
    bits = bits << 6U | static_cast<std::uint32_t>(digit);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    out += static_cast<char>(bits >> have & 0xffU);
  }
  return make_text(call.budget, std::move(out));
}

// Letters, digits and what stands in plain are kept, other bytes become "%XX". In the
// query of a URL, and where query says so, blanks become "+".
Value percent_encoded(Call& call, std::string_view plain, bool query) {
  std::string out;
  const bool url = !query;
  for (const char c : call.text(0)) {
    if (url) query = c != '#' && (query || c == '?');
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x80 && (std::isalnum(u) != 0 || plain.find(c) != std::string_view::npos)) {
      out += c;
    } else if (c == ' ' && query) {
      out += '+';
    } else {
      out.append({'%', digits16[u >> 4U], digits16[u & 15U]});
    }
  }
  return make_text(call.budget, std::move(out));
}

Value encode_url(Call& call) { return percent_encoded(call, "-_.~!*'();,/?:@&=+$#", false); }
Value encode_url_component(Call& call) { return percent_encoded(call, "-_.~", true); }

std::size_t hex_digit(char c) {
  return digits16.find(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
}

Value decode_url(Call& call) {
  const std::string& s = call.text(0);
  std::string out;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '%') {
      out += s[i] == '+' ? ' ' : s[i];
      continue;
    }
    const std::size_t high = i + 2 < s.size() ? hex_digit(s[i + 1]) : std::string::npos;
    const std::size_t low = i + 2 < s.size() ? hex_digit(s[i + 2]) : std::string::npos;
    if (high > 15 || low > 15) call.budget.fail("the URL has a broken escape sequence");
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return make_text(call.budget, std::move(out));
}

constexpr Builtin table[] = {
    {"base64encode", "s-:s", base64encode}, {"base64decode", "s-:s", base64decode},
    {"encodeUrl", "s-:s", encode_url},      {"encodeUrlComponent", "s-:s", encode_url_component},
    {"decodeUrl", "s-:s", decode_url},      {"decodeUrlComponent", "s-:s", decode_url}};

}  // namespace

BuiltinTable code_functions() { return {std::begin(table), std::end(table)}; }

}  // namespace weir::jsonata
