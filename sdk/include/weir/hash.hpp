#pragma once

// A fast hash for short keys in tables of this process. Not stable between versions, not for storage, and
// no defence by itself against chosen keys: tables that outside bytes can fill are bounded.

#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir {
inline namespace v1 __attribute__((visibility("hidden"))) {

  namespace detail {
  constexpr std::uint64_t hash_seed = 0x9e3779b97f4a7c15ULL;
  constexpr std::uint64_t hash_mul = 0xd6e8feb86659fd93ULL;

  constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    __extension__ using wide = unsigned __int128;
    const wide m = static_cast<wide>(a ^ hash_seed) * (b ^ hash_mul);
    return static_cast<std::uint64_t>(m) ^ static_cast<std::uint64_t>(m >> 64);
  }

  // n <= 8 bytes, little endian, zero filled.
  constexpr std::uint64_t load_part(const char* p, std::size_t n) {
    std::uint64_t v = 0;
    if (__builtin_is_constant_evaluated()) {
      for (std::size_t i = 0; i < n; ++i) {
        v |= static_cast<std::uint64_t>(static_cast<unsigned char>(p[i])) << (8 * i);
      }
      return v;
    }
    if (n >= 4) {  // two overlapping loads, moved to where their bytes belong
      std::uint32_t lo = 0;
      std::uint32_t hi = 0;
      std::memcpy(&lo, p, 4);
      std::memcpy(&hi, p + n - 4, 4);
      return lo | (static_cast<std::uint64_t>(hi) << (8 * (n - 4)));
    }
    for (std::size_t i = 0; i < n; ++i) {
      v |= static_cast<std::uint64_t>(static_cast<unsigned char>(p[i])) << (8 * i);
    }
    return v;
  }
  }  // namespace detail

  // The hash of a text, also when compiling.
  constexpr std::uint64_t hash(std::string_view s) {
    std::uint64_t h = s.size();
    const char* p = s.data();
    std::size_t n = s.size();
    while (n > 8) {
      h = detail::mix(h, detail::load_part(p, 8));
      p += 8;
      n -= 8;
    }
    return detail::mix(h, detail::load_part(p, n));
  }

}  // namespace v1
}  // namespace weir
