// Any text: rows or a report, never a crash; and the fast way, which an array never takes, finds the
// rows that the careful one finds.

#include <cstdint>
#include <cstdlib>
#include <string>

#include <weir/testing/plugin.hpp>

#include "plugins/parsers/json/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static weir::testing::plugin parser(weir::testing::descriptor<weir::json::JsonParser>(),
                                      "tag_keys = ['t*', 'a_0']\njson_string_fields = "
                                      "['s*']\njson_name_key = 'n'\njson_strict = false\n"
                                      "json_time_key = 'time'\njson_time_format = 'unix'");
  if (size > 8192) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::uint64_t bad = parser.host().bad_count();
  const weir::testing::lines rows = parser.parse(text);
  if (parser.host().bad_count() != bad || rows.size() != 1 || text[0] != '{') return 0;
  if (parser.parse("[" + text + "]") != rows) std::abort();
  return 0;
}
