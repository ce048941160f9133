#pragma once

// serializers.json: a row is one JSON object on a line of its own, a document is {"metrics":[...]}.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <weir/glob.hpp>
#include <weir/weir.hpp>

#include "plugins/common/go_time/go_layout.hpp"
#include "plugins/common/jsonata/jsonata.hpp"

namespace weir::json_lines {

class JsonSerializer {
 public:
  static constexpr info meta{"json", "1.0.0", "JSON objects", WEIR_ROWS_ALONE};

  duration timestamp_units;
  std::string timestamp_format;
  std::string transformation;
  std::vector<std::string> nested_include, nested_exclude;
  static constexpr auto options =
      std::tuple{opt{"json_timestamp_units", &JsonSerializer::timestamp_units, "\"1s\"",
                     "Unit of the timestamp, rounded down to a power of ten"},
                 opt{"json_timestamp_format", &JsonSerializer::timestamp_format, "\"\"",
                     "A time layout of Go: the timestamp is a text then"},
                 opt{"json_transformation", &JsonSerializer::transformation, "\"\"",
                     "A JSONata expression that makes the JSON to write of the one above"},
                 opt{"json_nested_fields_include", &JsonSerializer::nested_include, "[]",
                     "Keys of string fields that hold JSON; may be globs"},
                 opt{"json_nested_fields_exclude", &JsonSerializer::nested_exclude, "[]",
                     "Keys of string fields that are not read as JSON; may be globs"}};

  void init();
  void serialize(const row& r, text& out);
  void serialize_document(const batch& rows, text& out);

 private:
  void put_row(const row& r, text& out);
  void finish(std::uint64_t begin, text& out);
  void transform(std::string_view json);
  void put_fields(const row& r, text& out);
  bool put_value(const weir_field& f, const block& home, std::string_view key, text& out);
  void put_text(std::string_view key, std::string_view value, text& out);
  void put_timestamp(std::int64_t time_ns, text& out);
  [[nodiscard]] bool holds_json(std::string_view key) const;

  std::int64_t unit_ns_ = 1'000'000'000;
  std::optional<common::GoLayout> layout_;
  std::unique_ptr<const jsonata::Jsonata> transformation_;
  std::string transformed_;
  glob_list include_, exclude_;
  bool nested_ = false;
  std::vector<const weir_field*> sorted_;
  std::string scratch_;
};

}  // namespace weir::json_lines
