#pragma once

// Copies text into a line of line protocol, with a backslash where one is needed.
//
// Limits     copy_plain may read and write up to 16 bytes behind the text.

#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace weir::influx_lines {

enum class Place : std::uint8_t {
  name,   // a measurement: blank and comma
  key,    // tag keys, tag values, field keys: '=' too
  string  // between quotes: quote and backslash
};

constexpr std::size_t copy_slack = 16;

// Does c need an escape there? What layout characters become is put_escaped's matter.
constexpr bool needs_escape(char c, Place place) {
  if (place == Place::string) return c == '"' || c == '\\';
  return c == ' ' || c == ',' || c == '\t' || c == '\n' || c == '\f' || c == '\r' ||
         (c == '=' && place == Place::key);
}

// At most two bytes for each of s.
inline char* put_escaped(char* to, std::string_view s, Place place) {
  for (const char c : s) {
    if (!needs_escape(c, place)) {
      *to++ = c;
      continue;
    }
    *to++ = '\\';
    *to++ = c == '\t' ? 't' : c == '\n' ? 'n' : c == '\f' ? 'f' : c == '\r' ? 'r' : c;
  }
  return to;
}

#if defined(__SSE2__)

template <Place place>
unsigned escape_mask(__m128i bytes) {
  const auto is = [&](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
  __m128i hits;
  if constexpr (place == Place::string) {
    hits = _mm_or_si128(is('"'), is('\\'));
  } else {
    // Tab to carriage return and, needlessly but harmlessly, vertical tab.
    const __m128i from_tab = _mm_sub_epi8(bytes, _mm_set1_epi8('\t'));
    const __m128i layout =
        _mm_cmpeq_epi8(_mm_min_epu8(from_tab, _mm_set1_epi8('\r' - '\t')), from_tab);
    hits = _mm_or_si128(_mm_or_si128(is(' '), is(',')), layout);
    if constexpr (place == Place::key) hits = _mm_or_si128(hits, is('='));
  }
  return static_cast<unsigned>(_mm_movemask_epi8(hits));
}

// Copies s as long as nothing needs an escape. The end of the copy; nullptr where something does.
template <Place place>
inline char* copy_plain(char* to, const char* from, std::size_t n) {
  for (;; n -= 16, from += 16, to += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
    const unsigned mask = escape_mask<place>(bytes);
    if (n > 16 && mask == 0) continue;
    if (n > 16 || (mask & ((1U << n) - 1)) != 0) return nullptr;
    return to + n;
  }
}

#else

template <Place place>
inline char* copy_plain(char* to, const char* from, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    if (needs_escape(from[i], place)) return nullptr;
    to[i] = from[i];
  }
  return to + n;
}

#endif

}  // namespace weir::influx_lines
