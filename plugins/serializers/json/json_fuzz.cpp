// What is read as JSON is written as JSON that reads the same. Bytes that are no UTF-8 are written
// as \ufffd, which reads as that character: from the second time on nothing changes.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/serializers/json/nested.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string once;
  std::string twice;
  std::string again;
  if (!weir::json_lines::append_nested({reinterpret_cast<const char*>(data), size}, once)) return 0;
  if (!weir::json_lines::append_nested(once, twice)) std::abort();
  if (!weir::json_lines::append_nested(twice, again) || twice != again) std::abort();
  return 0;
}
