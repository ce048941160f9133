// Any text: rows or reports, never a crash; and a stream in pieces gives what the whole gives.

#include <cstdint>
#include <cstdlib>
#include <string>

#include <weir/testing/plugin.hpp>

#include "plugins/parsers/csv/csv.hpp"

namespace {

void check(weir::testing::plugin& parser, const std::string& text, std::size_t piece) {
  static std::uint32_t session = 0;
  const std::uint64_t before = parser.host().bad_count();
  const weir::testing::lines whole = parser.parse_document(text);
  const std::uint64_t bad = parser.host().bad_count() - before;
  const weir::testing::lines pieces = parser.parse_stream(text, piece, ++session);
  if (pieces != whole || parser.host().bad_count() - before != 2 * bad) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static weir::testing::plugin plain(weir::testing::descriptor<weir::csv::CsvParser>(),
                                     "csv_header_row_count = 1\ncsv_tag_columns = ['t', 'a']\n"
                                     "csv_measurement_column = 'm'");
  static weir::testing::plugin unusual(
      weir::testing::descriptor<weir::csv::CsvParser>(),
      "csv_header_row_count = 2\ncsv_delimiter = '§'\ncsv_trim_space = true\ncsv_comment = '#'\n"
      "csv_skip_rows = 1\ncsv_metadata_rows = 1\ncsv_skip_columns = 1\ncsv_skip_values = ['-']\n"
      "csv_tag_columns = ['b']\ncsv_timestamp_column = 't'\ncsv_timestamp_format = 'unix'");
  if (size == 0 || size > 4096) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  check(plain, text, 1 + data[0] % 40);
  check(unusual, text, 1 + data[0] % 40);
  return 0;
}
