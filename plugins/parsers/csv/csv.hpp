#pragma once

// parsers.csv: each record of a text of comma separated values becomes a metric.
//
// A text begins with its head (rows to skip, metadata, header), then come the records. Documents are texts of their
// own, a stream is one, and so are the records that a lane brings, unless csv_reset_mode says that each is one.

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/parsing/bad_records.hpp"
#include "plugins/parsers/csv/rows.hpp"
#include "plugins/parsers/csv/splitter.hpp"

namespace weir::csv {

class CsvParser {
 public:
  static constexpr info meta{"csv", "1.0.0", "Comma separated values",
                             WEIR_CUTS_STREAM | WEIR_KEEPS_SESSIONS};
  static constexpr const char* reset_modes[] = {"none", "always"};

  std::int64_t header_row_count{}, skip_rows{}, skip_columns{}, metadata_rows{};
  std::vector<std::string> column_names, column_types, metadata_separators, tag_columns,
      skip_values;
  std::string metadata_trim_set, delimiter, comment, measurement_column, timestamp_column,
      timestamp_format, timezone, reset_mode;
  bool trim_space{}, tag_overwrite{}, skip_errors{};
  static constexpr auto options = std::tuple{
      opt{"csv_header_row_count", &CsvParser::header_row_count, "0", "Rows that name the columns"},
      opt{"csv_column_names", &CsvParser::column_names, "[]",
          "Names of columns, instead of a header's"},
      opt{"csv_column_types", &CsvParser::column_types, "[]",
          "int, float, bool or string, for each column; types are guessed without"},
      opt{"csv_skip_rows", &CsvParser::skip_rows, "0", "Lines to pass over at the begin"},
      opt{"csv_metadata_rows", &CsvParser::metadata_rows, "0", "Lines behind them that are tags"},
      opt{"csv_metadata_separators", &CsvParser::metadata_separators, "[\":\", \"=\"]",
          "What stands between key and value of such a tag"},
      opt{"csv_metadata_trim_set", &CsvParser::metadata_trim_set, "\"\"",
          "Characters to cut off around key and value"},
      opt{"csv_skip_columns", &CsvParser::skip_columns, "0", "Columns to pass over"},
      opt{"csv_delimiter", &CsvParser::delimiter, "\",\"", "The character between cells"},
      opt{"csv_comment", &CsvParser::comment, "\"\"", "The character that begins a comment"},
      opt{"csv_trim_space", &CsvParser::trim_space, "false", "Cut blanks off around cells"},
      opt{"csv_tag_columns", &CsvParser::tag_columns, "[]", "Columns that become tags"},
      opt{"csv_tag_overwrite", &CsvParser::tag_overwrite, "false",
          "Of tags of one name the column's counts, not that of the metadata"},
      opt{"csv_measurement_column", &CsvParser::measurement_column, "\"\"",
          "Column of the metric's name"},
      opt{"csv_timestamp_column", &CsvParser::timestamp_column, "\"\"", "Column of the timestamp"},
      opt{"csv_timestamp_format", &CsvParser::timestamp_format, "\"\"",
          "unix, unix_ms, unix_us, unix_ns or a time layout of Go"},
      opt{"csv_timezone", &CsvParser::timezone, "\"\"",
          "Where timestamps without a zone are at home: UTC, Local or a name"},
      opt{"csv_skip_values", &CsvParser::skip_values, "[]",
          "Cells that are as if they were not there"},
      opt{"csv_skip_errors", &CsvParser::skip_errors, "false",
          "Records that cannot be read are not reported"},
      opt{"csv_reset_mode", &CsvParser::reset_mode, "\"none\"",
          "always: each message has its own header; none: the first one of a lane has it"}
          .one_of(reset_modes)};

  host self;
  void init();
  std::size_t parse(const message& m, sink& out);
  void idle() { rows_.forget(); }

 private:
  // What of a text's head is still to come, and what it said.
  struct Head {
    std::int64_t skip, metadata, header;
    bool begun;  // the header is read
    std::vector<std::string> names;
    RowMaker::Metadata tags;
  };
  // Which text is being read.
  struct Source {
    std::uint8_t kind = 0;
    std::uint32_t session = 0;
    bool operator==(const Source&) const = default;
  };

  Dialect make_dialect() const;
  void check_metadata();
  void begin_text();
  bool step(const message& m, std::size_t& at, sink& out);
  bool head_line(const message& m, std::size_t& at);
  void read_metadata(std::string_view line);
  void read_header(Splitter::Found found);
  void read_record(const message& m, std::size_t at, sink& out);
  void report(const message& m, std::size_t at, const char* why);

  Rules rules_;
  RowMaker rows_{rules_};
  Splitter splitter_{Dialect{}};
  Head head_{};
  Source source_;
  std::uint64_t lines_ = 0;  // of the text, before the record at hand
  common::BadRecords bad_;
};

}  // namespace weir::csv
