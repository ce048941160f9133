#pragma once

// Turns tags and fields into fields, tags, names and times, and changes the types of fields.

#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <weir/glob.hpp>
#include <weir/weir.hpp>

#include "plugins/common/go_time/timestamp.hpp"

namespace weir::converter {

// What a tag or field becomes.
enum class Target : std::uint8_t {
  measurement,
  tag,
  string,
  integer,
  unsigned_integer,
  boolean,
  number,
  timestamp,
  base64_float
};
constexpr std::size_t targets = 9;

// Keys by what they become; globs.
struct Conversion {
  std::vector<std::string> measurement, tag, string, integer, unsigned_integer, boolean, number,
      timestamp, base64_float;
  std::string timestamp_format;
  static constexpr auto options = std::tuple{
      opt{"measurement", &Conversion::measurement, "[]", "Becomes the metric's name"},
      opt{"tag", &Conversion::tag, "[]", "Becomes a tag; of fields only"},
      opt{"string", &Conversion::string, "[]", "Becomes a string field"},
      opt{"integer", &Conversion::integer, "[]", "Becomes an integer field"},
      opt{"unsigned", &Conversion::unsigned_integer, "[]", "Becomes an unsigned integer field"},
      opt{"boolean", &Conversion::boolean, "[]", "Becomes a boolean field"},
      opt{"float", &Conversion::number, "[]", "Becomes a float field"},
      opt{"timestamp", &Conversion::timestamp, "[]", "Becomes the metric's time"},
      opt{"timestamp_format", &Conversion::timestamp_format, "\"\"",
          "unix, unix_ms, unix_us, unix_ns or a layout of Go; needed with timestamp"},
      opt{"base64_ieee_float32", &Conversion::base64_float, "[]",
          "A float of 32 bits in base64 becomes a float field; of fields only"}};
};

struct Converter {
  static constexpr info meta{"converter", "1.0.0", "Convert tags and fields to other types"};

  std::optional<Conversion> tags, fields;
  static constexpr auto options =
      std::tuple{opt{"tags", &Converter::tags, nullptr, "Tags to convert"},
                 opt{"fields", &Converter::fields, nullptr, "Fields to convert"}};
  host self;

  static constexpr weir_metric_decl failed_decl{sizeof(weir_metric_decl), WEIR_COUNTER,
                                                "values_failed", "values",
                                                "Tags and fields that could not be converted"};
  static constexpr const weir_metric_decl* const metrics[] = {&failed_decl, nullptr};

  void init();
  void edit(editor& rows);

 private:
  // One table of the configuration, compiled.
  struct Rules {
    std::array<glob_list, targets> keys;
    std::vector<Target> order;  // the first whose keys match counts
    std::optional<common::TimestampFormat> time;

    std::optional<Target> target_of(std::string_view key) const;
  };
  struct Step {
    std::uint32_t place;  // in the row's tags or fields
    Target target;
  };
  using Plan = detail::pod_vector<Step>;
  static constexpr std::size_t complaints_max = 64;

  Rules compile(const Conversion& from, const std::string& path) const;
  static void plan(Plan& to, const Rules& rules, editor& rows, const std::uint32_t* keys,
                   std::uint32_t n);

  void convert_tags(editor& rows);
  void convert_tags_of(editor& rows, std::uint32_t r, const Plan& steps);
  void convert_fields_of(editor& rows, std::uint32_t r, const Plan& steps);
  bool convert_tag(editor& rows, std::uint32_t r, weir_tag t, Target target);
  void convert_fields(editor& rows);
  bool convert_field(editor& rows, std::uint32_t r, std::uint32_t place, Target target);
  bool set_time(editor& rows, std::uint32_t r, const value& from, const Rules& rules);
  void complain(std::string_view kind, std::string_view key, const value& what, Target target);

  std::optional<Rules> tag_rules_, field_rules_;
  key_shapes<Plan> plans_;
  std::vector<std::string> taken_;
  std::set<std::string> complained_;
  std::string key_, text_, why_;
};

}  // namespace weir::converter
