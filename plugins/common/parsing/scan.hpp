#pragma once

// Searching and comparing sixteen bytes at a time.
//
// Limits     A function may read up to 16 bytes behind the last one it is about, where it says nothing else.

#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace weir::common {

#if defined(__SSE2__)

// Sixteen bytes at once; a mask has bit i for byte i.
class Chunk {
 public:
  explicit Chunk(const char* p) : bytes_(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))) {}
  unsigned equal(char c) const { return mask(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(c))); }
  unsigned equal(const Chunk& other) const { return mask(_mm_cmpeq_epi8(bytes_, other.bytes_)); }
  // Tab, line feed, vertical tab, form feed, carriage return.
  unsigned layout() const {
    const __m128i from_tab = _mm_sub_epi8(bytes_, _mm_set1_epi8('\t'));
    return mask(_mm_cmpeq_epi8(_mm_min_epu8(from_tab, _mm_set1_epi8('\r' - '\t')), from_tab));
  }
  // Bytes below c; above 0x7f.
  unsigned below(char c) const {
    const __m128i last = _mm_set1_epi8(static_cast<char>(c - 1));
    return mask(_mm_cmpeq_epi8(_mm_min_epu8(bytes_, last), bytes_));
  }
  unsigned high() const { return mask(bytes_); }
  unsigned any_of(char a, char b) const {
    return mask(_mm_or_si128(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(a)),
                             _mm_cmpeq_epi8(bytes_, _mm_set1_epi8(b))));
  }

 private:
  static unsigned mask(__m128i v) { return static_cast<unsigned>(_mm_movemask_epi8(v)); }
  __m128i bytes_;
};

#else

class Chunk {
 public:
  explicit Chunk(const char* p) { std::memcpy(bytes_, p, sizeof bytes_); }
  unsigned equal(char c) const {
    return collect([&](unsigned i) { return bytes_[i] == c; });
  }
  unsigned equal(const Chunk& other) const {
    return collect([&](unsigned i) { return bytes_[i] == other.bytes_[i]; });
  }
  unsigned layout() const {
    return collect([&](unsigned i) { return bytes_[i] >= '\t' && bytes_[i] <= '\r'; });
  }
  unsigned below(char c) const {
    return collect([&](unsigned i) {
      return static_cast<unsigned char>(bytes_[i]) < static_cast<unsigned char>(c);
    });
  }
  unsigned high() const {
    return collect([&](unsigned i) { return (bytes_[i] & 0x80) != 0; });
  }
  unsigned any_of(char a, char b) const { return equal(a) | equal(b); }

 private:
  template <typename F>
  unsigned collect(F&& f) const {
    unsigned m = 0;
    for (unsigned i = 0; i < 16; ++i) m |= (f(i) ? 1U : 0U) << i;
    return m;
  }
  char bytes_[16];
};

#endif

inline unsigned first_bit(unsigned mask) { return static_cast<unsigned>(__builtin_ctz(mask)); }

// Do n bytes at a and b agree?
inline bool same(const char* a, const char* b, std::uint32_t n) {
  for (; n > 16; n -= 16, a += 16, b += 16) {
    if (Chunk(a).equal(Chunk(b)) != 0xffffU) return false;
  }
  return (~Chunk(a).equal(Chunk(b)) & ((1U << n) - 1)) == 0;
}

// Are all n bytes below 0x80? Reads these bytes only.
inline bool is_ascii(const char* p, std::size_t n) {
  for (; n >= 16; n -= 16, p += 16) {
    if (Chunk(p).high() != 0) return false;
  }
  char last[16] = {};
  std::memcpy(last, p, n);
  return Chunk(last).high() == 0;
}

// The first byte that find(chunk) marks, at most limit.
template <typename Find>
inline const char* first_marked_by(const char* p, const char* limit, Find&& find) {
  for (; p < limit; p += 16) {
    const unsigned hits = find(Chunk(p));
    if (hits != 0) return p + first_bit(hits);
  }
  return limit;
}

// The first byte that can end a series or needs a closer look: space, backslash, \t to \r. At most
// limit.
inline const char* series_stop(const char* p, const char* limit) {
  return first_marked_by(p, limit, [](const Chunk& c) { return c.any_of(' ', '\\') | c.layout(); });
}

// The first byte that can end a string value or needs a closer look: quote, backslash, \t to \r.
inline const char* string_stop(const char* p, const char* limit) {
  return first_marked_by(p, limit, [](const Chunk& c) { return c.any_of('"', '\\') | c.layout(); });
}

// A hash of a series' bytes. Chosen keys can make it collide: tables that use it bound their
// probes.
inline std::uint64_t series_hash(const char* p, std::size_t n) {
  constexpr std::uint64_t mul_a = 0x9fb21c651e98df25ULL;
  constexpr std::uint64_t mul_b = 0xd6e8feb86659fd93ULL;
  const auto load = [](const char* at) {
    std::uint64_t v = 0;
    std::memcpy(&v, at, sizeof v);
    return v;
  };
  const auto fold = [](std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide m = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(m) ^ static_cast<std::uint64_t>(m >> 64U);
  };
  std::uint64_t h = n * mul_a;
  for (; n > 16; n -= 16, p += 16) h = fold(h ^ load(p) ^ mul_b, load(p + 8) ^ mul_a);
  char last[16] = {};
  std::memcpy(last, p, n);
  return fold(h ^ load(last) ^ mul_b, load(last + 8) ^ mul_a);
}

}  // namespace weir::common
