#pragma once

// The option character_encoding: bytes of a file become UTF-8.
//
// Threads    One thread at a time.
// Errors     None: what is not valid becomes U+FFFD, one for each byte (UTF-8) or code unit (UTF-16).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::common {

enum class TextEncoding : std::uint8_t { none, utf8, utf16le, utf16be };

// By Telegraf's names: "" and "none", "utf-8", "utf-16le", "utf-16be".
std::optional<TextEncoding> text_encoding_of(std::string_view name);

// The byte order mark in UTF-8, with which a text may begin.
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

// Decodes a text piece by piece, cut anywhere, and leaves out the byte order mark at its begin.
class TextDecoder {
 public:
  explicit TextDecoder(TextEncoding encoding) : encoding_(encoding) {}

  // Appends the decoded text. last: nothing follows; the next piece begins another text.
  void decode(std::string_view bytes, bool last, std::string& out);

 private:
  // Return how many bytes were used; the rest is an unfinished character.
  std::size_t decode_utf8(std::string_view bytes, bool last, std::string& out);
  std::size_t decode_utf16(std::string_view bytes, std::string& out);
  void put_unit(std::uint32_t unit, std::string& out);
  void put(std::uint32_t code, std::string& out);
  void finish(std::string& out);

  TextEncoding encoding_;
  bool at_begin_ = true;
  std::uint32_t high_ = 0;  // UTF-16: the first half of a pair
  std::string rest_;        // an unfinished character
};

}  // namespace weir::common
