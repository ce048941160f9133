#pragma once

// Batches for fuzz targets: a sound one with some bytes changed, so that the fuzzer does not have to find out by itself
// what a batch looks like.
//
// Input  The first byte chooses a sound batch, the others harm it in triples: offset (2 bytes), new byte. An input
//        that begins like a batch is taken as it is. The result is to be checked by validate().
// Limits 64 KiB.

#include <algorithm>

#include <weir/testing/lines.hpp>

namespace weir {
namespace testing __attribute__((visibility("hidden"))) {

  namespace detail {

  inline block_memory shared_ranges() {
    builder b;
    string_table& s = b.strings();
    const weir_tag tags[] = {{s.intern("a"), s.intern("1")},
                             {s.intern("b"), s.intern("2")},
                             {s.intern("c"), s.intern("1")}};
    const std::uint32_t one = b.add_tags(tags, 3);
    const std::uint32_t two = b.add_tags(tags + 1, 2);
    for (std::uint32_t i = 0; i < 8; ++i) {
      b.add_row(s.intern("m"), i % 3 == 0 ? two : one, i % 3 == 0 ? 2 : 3, 2, i);
      weir_field* f = b.fields(2);
      f[0] = {s.intern("f"), WEIR_I64, 0, 0, {i}};
      f[1] = {s.intern("g"), WEIR_STRING, 0, 0, {}};
      f[1].v.str = s.store("text");
    }
    block_memory m(b.bytes());
    b.seal(m.data());
    return m;
  }
  inline block_memory sound(std::uint8_t choice) {
    switch (choice % 4) {
      case 0: return shared_ranges();
      case 1:
        return make_batch(
            {R"(raw stream session=1 "one" t=v)", R"(raw record session=2 last "two")"}, 0);
      case 2: return make_batch({}, 0);
      default:
        return make_batch(
            {"m,a=1,b=2 i=1i,u=2u,f=0.5,b=t,s=\"x\" 5", "n i=1i", "m,a=1 s=\"yy\" 6 gauge"}, 0);
    }
  }
  inline block_memory exact(const void* from, std::size_t n) {
    block_memory m(n);
    if (n != 0) std::memcpy(m.data(), from, n);
    return m;
  }

  }  // namespace detail

  // The memory is exactly as large as the block: a sanitizer sees every step outside.
  inline block_memory harmed_batch(const std::uint8_t* data, std::size_t size) {
    if (size >= 4 && std::memcmp(data, "WEIR", 4) == 0) {
      return detail::exact(data, std::min<std::size_t>(size, 65536));
    }
    const block_memory base = detail::sound(size == 0 ? 0 : data[0]);
    block_memory m = detail::exact(base.data(), base.head()->total);
    for (std::size_t i = 1; i + 3 <= size; i += 3) {
      const std::size_t at = (data[i] | std::size_t{data[i + 1]} << 8) % m.size();
      m.data()[at] = data[i + 2];
    }
    return m;
  }

}  // namespace testing
}  // namespace weir
