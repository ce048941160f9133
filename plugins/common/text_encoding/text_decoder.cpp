#include "plugins/common/text_encoding/text_decoder.hpp"

#include <array>

#include <weir/utf8.hpp>

namespace weir::common {
namespace {

constexpr std::uint32_t replacement = 0xfffd;
constexpr std::uint32_t mark = 0xfeff;
constexpr std::size_t character_bytes_max = 4;

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
bool is_high(std::uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool is_low(std::uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

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
  for (const Name& n : names) {
    if (n.text == name) return n.encoding;
  }
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
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const bool ascii = byte_at(rest, 0) < 0x80;
    if (!ascii && !last && rest.size() < character_bytes_max) {
      break;  // perhaps not all of it is here
    }
    const std::uint32_t code = next_code_point(rest);
    put(code < raw_byte_code ? code : replacement, out);
  }
  return bytes.size() - rest.size();
}

std::size_t TextDecoder::decode_utf16(std::string_view bytes, std::string& out) {
  const std::size_t first = encoding_ == TextEncoding::utf16be ? 0 : 1;
  std::size_t at = 0;
  for (; at + 2 <= bytes.size(); at += 2) {
    put_unit(byte_at(bytes, at + first) << 8U | byte_at(bytes, at + 1 - first), out);
  }
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
  if (is_high(unit)) {
    high_ = unit;
  } else {
    put(is_low(unit) ? replacement : unit, out);
  }
}

void TextDecoder::put(std::uint32_t code, std::string& out) {
  const bool skipped = at_begin_ && code == mark;
  at_begin_ = false;
  if (!skipped) append_utf8(code, out);
}

void TextDecoder::finish(std::string& out) {
  if (high_ != 0) put(replacement, out);
  if (!rest_.empty()) put(replacement, out);
  high_ = 0;
  rest_.clear();
  at_begin_ = true;
}

}  // namespace weir::common
