// Any text: rows or reports, never a crash; a stream in pieces gives what the whole gives; and what is known of the
// lines before never changes a line.

#include <cstdint>
#include <cstdlib>
#include <string>

#include <weir/testing/plugin.hpp>

#include "plugins/parsers/logfmt/logfmt.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr const char* options = "logfmt_tag_keys = ['t*', 'a']";
  static const weir_plugin& descriptor = weir::testing::descriptor<weir::logfmt::LogfmtParser>();
  static weir::testing::plugin parser(descriptor, options);
  static std::uint32_t session = 0;
  if (size == 0 || size > 4096) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const weir::testing::lines whole = parser.parse_document(text);
  if (parser.parse_stream(text, 1 + data[0] % 40, ++session) != whole) std::abort();
  weir::testing::plugin fresh(descriptor, options);
  if (fresh.parse_document(text) != whole) std::abort();
  return 0;
}
