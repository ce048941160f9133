// Any text: rows or a report, never a crash.

#include <cstdint>
#include <string_view>

#include <weir/testing/plugin.hpp>

#include "plugins/parsers/json/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static weir::testing::plugin parser(weir::testing::descriptor<weir::json::JsonParser>(),
                                      "tag_keys = ['t*', 'a_0']\njson_string_fields = "
                                      "['s*']\njson_name_key = 'n'\njson_strict = false\n"
                                      "json_time_key = 'time'\njson_time_format = 'unix'");
  if (size > 8192) return 0;
  (void)parser.parse({reinterpret_cast<const char*>(data), size});
  return 0;
}
