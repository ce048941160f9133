#include "plugins/common/http/base64.hpp"

#include <array>
#include <cstdint>

namespace weir::http {
namespace {

constexpr std::string_view standard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view of_urls =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode(std::string_view bytes, std::string_view alphabet) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    held = (held << 8U) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6;) {
      bits -= 6;
      text += alphabet[(held >> bits) & 63U];
    }
  }
  if (bits != 0) text += alphabet[(held << (6 - bits)) & 63U];
  return text;
}

constexpr std::uint8_t no_digit = 64;

constexpr std::array<std::uint8_t, 256> make_digits() {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(no_digit);
  for (std::uint8_t i = 0; i < no_digit; ++i) {
    digits[static_cast<unsigned char>(standard[i])] = i;
    digits[static_cast<unsigned char>(of_urls[i])] = i;
  }
  return digits;
}
constexpr std::array<std::uint8_t, 256> digits = make_digits();

}  // namespace

std::string base64(std::string_view bytes) {
  std::string text = encode(bytes, standard);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::string base64_url(std::string_view bytes) { return encode(bytes, of_urls); }

std::optional<std::string> from_base64(std::string_view text) {
  for (int i = 0; i < 2 && text.size() % 4 != 1 && text.ends_with('='); ++i) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::uint8_t digit = digits[static_cast<unsigned char>(c)];
    if (digit == no_digit) return std::nullopt;
    held = (held << 6U) | digit;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>((held >> bits) & 255U);
  }
  return bytes;
}

}  // namespace weir::http
