// Goal: whatever the bytes and wherever they are cut, the same text comes out, and it is UTF-8.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "plugins/common/text_encoding/text_decoder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using weir::common::TextEncoding;
  if (size < 2) return 0;
  const auto encoding = static_cast<TextEncoding>(1 + data[0] % 3);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t cut = data[1] % (bytes.size() + 1);

  weir::common::TextDecoder decoder(encoding);
  std::string whole, pieces, again;
  decoder.decode(bytes, true, whole);
  decoder.decode(bytes.substr(0, cut), false, pieces);
  decoder.decode(bytes.substr(cut), true, pieces);
  if (whole != pieces) std::abort();

  // What is UTF-8 stays as it is; a mark at its begin was the second one.
  weir::common::TextDecoder check(TextEncoding::utf8);
  check.decode("x" + whole, true, again);
  if (again != "x" + whole) std::abort();
  return 0;
}
