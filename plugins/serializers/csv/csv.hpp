#pragma once

// serializers.csv: a metric, a line of values.
//
// Columns    The time, the name, the values of the tags and those of the fields, both in the order of their keys; or
//            what csv_columns names.
// Errors     None: every metric can be written. What a metric does not have is an empty column.

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <weir/timezone.hpp>
#include <weir/weir.hpp>

#include "plugins/common/go_time/go_layout.hpp"

namespace weir::csv_lines {

class CsvSerializer {
 public:
  static constexpr info meta{"csv", "1.0.0", "Comma separated values"};

  std::string timestamp_format;
  std::string separator;
  bool header{};
  bool column_prefix{};
  std::vector<std::string> columns;
  static constexpr auto options = std::tuple{
      opt{"csv_timestamp_format", &CsvSerializer::timestamp_format, "\"unix\"",
          "unix, unix_ms, unix_us, unix_ns or a time layout of Go"},
      opt{"csv_separator", &CsvSerializer::separator, "\",\"", "What stands between columns"},
      opt{"csv_header", &CsvSerializer::header, "false",
          "Begin with a line that names the columns"},
      opt{"csv_column_prefix", &CsvSerializer::column_prefix, "false",
          "Names of tags begin with tag_, those of fields with field_"},
      opt{"csv_columns", &CsvSerializer::columns, "[]",
          "Which columns: timestamp, name, tag.KEY, field.KEY; all if not written"}};

  void init();
  void serialize(const row& r, text& out);

 private:
  enum class What : std::uint8_t { time, name, tag, field };
  struct Column {
    What what;
    std::string key;
  };

  static Column column_of(const std::string& name);
  void put_header(const row& r, text& out);
  void put_columns(const row& r, text& out);
  void put_all(const row& r, text& out);
  void put_time(std::int64_t ns, text& out);
  void put_value(const block& home, const weir_field& f, text& out);
  void put_text(std::string_view s, text& out) const;
  bool needs_quotes(std::string_view s) const;
  void put_separator(text& out) const { out.push(separator_); }
  const std::vector<const weir_field*>& sorted(const row& r);

  char separator_ = ',';
  bool header_due_ = false;
  std::vector<Column> columns_;
  std::int64_t unit_ns_ = 0;  // 0: as layout_ says
  common::GoLayout layout_{""};
  time_zone utc_;
  std::int64_t known_ns_ = 0;  // what known_ is the text of
  std::string known_;
  std::vector<const weir_field*> sorted_;
};

}  // namespace weir::csv_lines
