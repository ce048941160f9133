#include "plugins/common/text_encoding/text_decoder.hpp"

#include <algorithm>
#include <array>

namespace weir::common {
namespace {

constexpr std::uint32_t replacement = 0xfffd;
constexpr std::uint32_t mark = 0xfeff;
constexpr std::uint32_t last_code = 0x10ffff;

struct Name {
  std::string_view text;
  TextEncoding encoding;
};
constexpr std::array names{Name{"", TextEncoding::none}, Name{"none", TextEncoding::none},
                           Name{"utf-8", TextEncoding::utf8},
                           Name{"utf-16le", TextEncoding::utf16le},
                           Name{"utf-16be", TextEncoding::utf16be}};

std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}
// Bytes of the character that a lead byte announces; 0 = it announces none.
std::size_t length_of(std::uint32_t lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}
bool is_surrogate(std::uint32_t code) { return code >= 0xd800 && code < 0xe000; }
bool is_high(std::uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low(std::uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

// Whether the bytes may be the begin of a character, as far as there are any.
bool continues(std::string_view bytes, std::size_t length) {
  const std::string_view tail = bytes.substr(1, length - 1);
  const bool whole = std::all_of(tail.begin(), tail.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
  });
  if (!whole || tail.empty()) return whole;
  const std::uint32_t lead = byte_at(bytes, 0), second = byte_at(bytes, 1);
  if (lead == 0xe0) return second >= 0xa0;
  if (lead == 0xed) return second < 0xa0;
  if (lead == 0xf0) return second >= 0x90;
  return lead != 0xf4 || second < 0x90;
}

std::uint32_t code_of(std::string_view character) {
  if (character.size() == 1) return byte_at(character, 0);
  std::uint32_t code = byte_at(character, 0) & (0xffU >> (character.size() + 1));
  for (std::size_t i = 1; i < character.size(); ++i)
    code = code << 6U | (byte_at(character, i) & 0x3fU);
  return code;
}

void append_utf8(std::uint32_t code, std::string& out) {
  const auto tail = [&](unsigned shift) {
    out += static_cast<char>(0x80U | ((code >> shift) & 0x3fU));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0U | code >> 6U);
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0U | code >> 12U);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0U | code >> 18U);
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace

std::optional<TextEncoding> text_encoding_of(std::string_view name) {
  for (const Name& n : names)
    if (n.text == name) return n.encoding;
  return std::nullopt;
}

void TextDecoder::decode(std::string_view bytes, bool last, std::string& out) {
  if (encoding_ == TextEncoding::none) {
    out += bytes;
    return;
  }
  std::string joined;
  if (!rest_.empty()) {
    joined = rest_.append(bytes);
    bytes = joined;
  }
  const bool utf8 = encoding_ == TextEncoding::utf8;
  const std::size_t used = utf8 ? decode_utf8(bytes, last, out) : decode_utf16(bytes, out);
  rest_.assign(bytes.substr(used));
  if (last) finish(out);
}

std::size_t TextDecoder::decode_utf8(std::string_view bytes, bool last, std::string& out) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t length = length_of(byte_at(bytes, at));
    const std::string_view character = bytes.substr(at, length);
    const bool valid = length != 0 && continues(character, length);
    if (valid && character.size() < length && !last) break;
    const bool whole = valid && character.size() == length;
    put(whole ? code_of(character) : replacement, out);
    at += whole ? length : 1;
  }
  return at;
}

std::size_t TextDecoder::decode_utf16(std::string_view bytes, std::string& out) {
  const std::size_t first = encoding_ == TextEncoding::utf16be ? 0 : 1;
  std::size_t at = 0;
  for (; at + 2 <= bytes.size(); at += 2)
    put_unit(byte_at(bytes, at + first) << 8U | byte_at(bytes, at + 1 - first), out);
  return at;
}

void TextDecoder::put_unit(std::uint32_t unit, std::string& out) {
  const std::uint32_t high = high_;
  high_ = 0;
  if (high != 0 && is_low(unit)) {
    put(0x10000 + ((high - 0xd800) << 10U) + (unit - 0xdc00), out);
    return;
  }
  if (high != 0) put(replacement, out);
  if (is_high(unit)) high_ = unit;
  else put(unit, out);
}

void TextDecoder::put(std::uint32_t code, std::string& out) {
  const bool skipped = at_begin_ && code == mark;
  at_begin_ = false;
  if (!skipped) append_utf8(is_surrogate(code) || code > last_code ? replacement : code, out);
}

void TextDecoder::finish(std::string& out) {
  if (high_ != 0) put(replacement, out);
  if (!rest_.empty()) put(replacement, out);
  high_ = 0;
  rest_.clear();
  at_begin_ = true;
}

}  // namespace weir::common
