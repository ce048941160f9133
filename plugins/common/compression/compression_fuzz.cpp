// Goal: no bytes make a decoder do anything but give back bytes within its limit, or refuse; and what
// comes out does not depend on how the input is cut.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <weir/error.hpp>

#include "plugins/common/compression/compression.hpp"

namespace {

using weir::common::Encoding;

constexpr std::size_t limit_bytes = 1U << 16;

// What a piece of a stream gives.
void decode_piece(weir::common::StreamDecoder& decoder, std::string_view in, std::string& decoded) {
  char out[509];
  std::size_t n = sizeof out;
  while (n == sizeof out && decoded.size() < limit_bytes) {
    n = decoder.decode(in, out, sizeof out);
    decoded.append(out, n);
  }
}

// Everything that can be decoded in pieces of this size, until it ends or is refused.
std::string decode(Encoding encoding, std::string_view stream, std::size_t piece) {
  weir::common::StreamDecoder decoder(encoding);
  std::string decoded;
  try {
    while (!stream.empty() && decoded.size() < limit_bytes) {
      const std::string_view in = stream.substr(0, piece);
      stream.remove_prefix(in.size());
      decode_piece(decoder, in, decoded);
    }
  } catch (const weir::fail&) {
    return "refused";
  }
  return decoded;
}

void check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto encoding = static_cast<Encoding>(1 + data[0] % 4);
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string slow = decode(encoding, bytes, 1);
  const std::string fast = decode(encoding, bytes, 4096);
  check(slow == fast || slow.size() >= limit_bytes || fast.size() >= limit_bytes);

  weir::common::Decompressor decompressor(encoding, limit_bytes);
  try {
    check(decompressor.decompress(bytes).size() <= limit_bytes);
    // NOLINTNEXTLINE(bugprone-empty-catch): the other right answer
  } catch (const weir::fail&) {
  }
  return 0;
}
