#include "core/base/crc32c.hpp"

#include <array>
#include <cstring>
#include <vector>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

// The instruction takes three cycles for eight bytes but can begin anew in each: three streams side by side use
// it fully. Their checksums are joined by what so many zero bytes would do to the first ones, which is linear
// and therefore a table per byte.

namespace weir {
namespace {

constexpr std::uint32_t polynomial = 0x82f63b78U;  // reflected

using Table = std::array<std::uint32_t, 256>;

constexpr std::array<Table, 8> make_tables() {
  std::array<Table, 8> tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? polynomial : 0);
    tables[0][i] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t before = tables[k - 1][i];
      tables[k][i] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}
constexpr std::array<Table, 8> tables = make_tables();

// Without the inversions.
std::uint32_t by_tables(std::uint32_t crc, const unsigned char* p, std::size_t n) {
  for (; n >= 8; n -= 8, p += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, p, 8);
    word ^= crc;
    crc = 0;
    for (std::size_t k = 0; k < 8; ++k) crc ^= tables[7 - k][(word >> (8 * k)) & 0xff];
  }
  for (; n > 0; --n, ++p) crc = (crc >> 8) ^ tables[0][(crc ^ *p) & 0xff];
  return crc;
}

#if defined(__x86_64__)

// What so many zero bytes make of a checksum.
class Shift {
 public:
  explicit Shift(std::size_t zeros) {
    const std::vector<unsigned char> none(zeros);
    for (std::uint32_t byte = 0; byte < 4; ++byte) {
      // A value is made of its lowest bit and the rest.
      for (std::uint32_t value = 1; value < 256; ++value) {
        const std::uint32_t rest = value & (value - 1);
        of_byte_[byte][value] = rest != 0 ? of_byte_[byte][rest] ^ of_byte_[byte][value ^ rest]
                                          : by_tables(value << (8 * byte), none.data(), zeros);
      }
    }
  }
  std::uint32_t operator()(std::uint32_t crc) const {
    return of_byte_[0][crc & 0xff] ^ of_byte_[1][crc >> 8 & 0xff] ^ of_byte_[2][crc >> 16 & 0xff] ^
           of_byte_[3][crc >> 24];
  }

 private:
  std::array<Table, 4> of_byte_{};
};

constexpr std::size_t long_stream = 8192;
constexpr std::size_t short_stream = 256;

__attribute__((target("sse4.2"))) std::uint64_t next(std::uint64_t crc, const unsigned char* p) {
  std::uint64_t word = 0;
  std::memcpy(&word, p, 8);
  return _mm_crc32_u64(crc, word);
}

__attribute__((target("sse4.2"))) std::uint32_t three_streams(std::uint32_t crc,
                                                              const unsigned char* p,
                                                              std::size_t stream,
                                                              const Shift& shift) {
  std::uint64_t a = crc;
  std::uint64_t b = 0;
  std::uint64_t c = 0;
  for (std::size_t i = 0; i < stream; i += 8) {
    a = next(a, p + i);
    b = next(b, p + stream + i);
    c = next(c, p + 2 * stream + i);
  }
  const std::uint32_t ab = shift(static_cast<std::uint32_t>(a)) ^ static_cast<std::uint32_t>(b);
  return shift(ab) ^ static_cast<std::uint32_t>(c);
}

__attribute__((target("sse4.2"))) std::uint32_t by_instruction(std::uint32_t crc,
                                                               const unsigned char* p,
                                                               std::size_t n) {
  static const Shift long_shift(long_stream);
  static const Shift short_shift(short_stream);
  for (; n >= 3 * long_stream; n -= 3 * long_stream, p += 3 * long_stream) {
    crc = three_streams(crc, p, long_stream, long_shift);
  }
  for (; n >= 3 * short_stream; n -= 3 * short_stream, p += 3 * short_stream) {
    crc = three_streams(crc, p, short_stream, short_shift);
  }
  for (; n >= 8; n -= 8, p += 8) crc = static_cast<std::uint32_t>(next(crc, p));
  for (; n > 0; --n, ++p) crc = _mm_crc32_u8(crc, *p);
  return crc;
}

#endif

using Way = std::uint32_t (*)(std::uint32_t, const unsigned char*, std::size_t);

Way choose() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2") != 0) return by_instruction;
#endif
  return by_tables;
}

}  // namespace

std::uint32_t crc32c(std::uint32_t crc, const void* data, std::size_t bytes) {
  static const Way way = choose();
  return ~way(~crc, static_cast<const unsigned char*>(data), bytes);
}

std::uint32_t crc32c_portable(std::uint32_t crc, const void* data, std::size_t bytes) {
  return ~by_tables(~crc, static_cast<const unsigned char*>(data), bytes);
}

}  // namespace weir
