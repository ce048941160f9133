// Any path into any text: it ends, and stays inside.

#include <cstdint>
#include <string_view>

#include "plugins/common/gjson/gjson.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 2048) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = text.find('\n');
  if (cut == std::string_view::npos) return 0;
  (void)weir::common::gjson_get(text.substr(cut + 1), text.substr(0, cut));
  return 0;
}
