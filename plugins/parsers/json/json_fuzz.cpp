// Any text: rows or a report, never a crash; and the fast way, which an array never takes, finds the
// rows that the careful one finds.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include <weir/testing/plugin.hpp>

#include "plugins/parsers/json/json.hpp"

namespace {

// One that knows series of the texts before; a new one now and then, for its host keeps every report.
weir::testing::plugin& some_parser() {
  constexpr int texts_max = 256;
  static std::unique_ptr<weir::testing::plugin> parser;
  static int texts = 0;
  if (texts++ % texts_max == 0) {
    parser = std::make_unique<weir::testing::plugin>(
        weir::testing::descriptor<weir::json::JsonParser>(),
        "tag_keys = ['t*', 'a_0']\njson_string_fields = ['s*']\njson_name_key = 'n'\n"
        "json_strict = false\njson_time_key = 'time'\njson_time_format = 'unix'");
  }
  return *parser;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 8192) return 0;
  weir::testing::plugin& parser = some_parser();
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::uint64_t bad = parser.host().bad_count();
  const weir::testing::lines rows = parser.parse(text);
  if (parser.host().bad_count() != bad || rows.size() != 1 || text[0] != '{') return 0;
  // Around a document there may be blanks, as Telegraf has them, that JSON does not know.
  const std::string document = text.substr(0, text.find_last_not_of(" \t\n\v\f\r") + 1);
  if (parser.parse("[" + document + "]") != rows) std::abort();
  return 0;
}
