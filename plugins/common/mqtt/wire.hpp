#pragma once

// The elements that MQTT packets are made of: numbers of one, two and four bytes, big endian; numbers of seven bits a byte;
// texts with their length in front.
//
// Errors  WireReader throws weir::fail where there are fewer bytes than there should be.

#include <cstdint>
#include <string>
#include <string_view>

#include <weir/error.hpp>

#include "plugins/common/mqtt/properties.hpp"

namespace weir::mqtt {

constexpr std::uint32_t varint_max = 268'435'455;

inline void put_byte(std::string& to, std::uint8_t v) { to.push_back(static_cast<char>(v)); }
inline void put_two(std::string& to, std::uint16_t v) {
  put_byte(to, static_cast<std::uint8_t>(v >> 8U));
  put_byte(to, static_cast<std::uint8_t>(v));
}
inline void put_varint(std::string& to, std::size_t v) {
  if (v > varint_max) throw fail("a packet of more than 256 MiB");
  for (; v > 0x7f; v >>= 7U) put_byte(to, static_cast<std::uint8_t>((v & 0x7fU) | 0x80U));
  put_byte(to, static_cast<std::uint8_t>(v));
}
inline void put_text(std::string& to, std::string_view text) {
  if (text.size() > 0xffff) throw fail("a text of more than 65535 bytes");
  put_two(to, static_cast<std::uint16_t>(text.size()));
  to.append(text);
}

class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : left_(bytes) {}
  [[nodiscard]] bool empty() const { return left_.empty(); }
  [[nodiscard]] std::string_view rest() const { return left_; }
  std::string_view bytes(std::size_t n) {
    if (n > left_.size()) throw fail("a packet is shorter than it says");
    const std::string_view taken = left_.substr(0, n);
    left_.remove_prefix(n);
    return taken;
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(bytes(1)[0]); }
  std::uint16_t two() {
    const std::uint32_t high = byte();
    return static_cast<std::uint16_t>(high << 8U | byte());
  }
  std::uint32_t four() {
    const std::uint32_t high = two();
    return high << 16U | two();
  }
  std::uint32_t varint() {
    std::uint32_t v = 0;
    for (std::uint32_t shift = 0; shift < 28; shift += 7) {
      const std::uint32_t one = byte();
      v |= (one & 0x7fU) << shift;
      if (one < 0x80) return v;
    }
    throw fail("a length of more than four bytes");
  }
  std::string_view text() { return bytes(two()); }

 private:
  std::string_view left_;
};

Properties read_properties(WireReader& from);

}  // namespace weir::mqtt
