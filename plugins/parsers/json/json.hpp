#pragma once

// parsers.json: an object, or each object of an array, becomes a metric.

#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/parsers/json/document.hpp"
#include "plugins/parsers/json/flat_reader.hpp"
#include "plugins/parsers/json/rules.hpp"

namespace weir::json {

class JsonParser {
 public:
  static constexpr info meta{"json", "1.0.0", "JSON objects, flattened"};

  bool strict{};
  std::string query;
  std::vector<std::string> tag_keys;
  std::vector<std::string> string_fields;
  std::string name_key;
  std::string time_key;
  std::string time_format;
  std::string timezone;
  static constexpr auto options = std::tuple{
      opt{"json_strict", &JsonParser::strict, "true",
          "One bad object of an array spoils the array; else it is skipped"},
      opt{"json_query", &JsonParser::query, "\"\"", "GJSON path of what is to be read"},
      opt{"tag_keys", &JsonParser::tag_keys, "[]", "Keys that become tags; may be globs"},
      opt{"json_string_fields", &JsonParser::string_fields, "[]",
          "Keys of strings and booleans that become fields; may be globs"},
      opt{"json_name_key", &JsonParser::name_key, "\"\"", "Key of the metric's name"},
      opt{"json_time_key", &JsonParser::time_key, "\"\"", "Key of the timestamp"},
      opt{"json_time_format", &JsonParser::time_format, "\"\"",
          "unix, unix_ms, unix_us, unix_ns or a time layout of Go"},
      opt{"json_timezone", &JsonParser::timezone, "\"\"",
          "Where timestamps without a zone are at home: UTC, Local or a name"}};

  host self;
  void init();
  void parse(const message& m, sink& out);
  void idle() { flat_.forget(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>()(s); }
  };
  static constexpr std::size_t roles_max = 4096;

  void parse_document(std::string_view text, const message& m, sink& out);
  void check_times(std::int64_t now_ns);
  std::string object_time(const Object& o, const common::TimestampFormat& format,
                          std::int64_t now_ns, std::int64_t& ns) const;
  const Leaf* find(const Object& o, std::string_view key) const;
  std::string_view name_of(const Object& o, const message& m) const;
  void emit(const Object& o, std::string_view name, std::int64_t time_ns, sink& out);
  Role role_of(std::string_view key);
  static void put_number(builder& row, const Leaf& leaf, Role role);
  static void put_text(builder& row, const Leaf& leaf, Role role);
  static void put_boolean(builder& row, const Leaf& leaf, Role role);

  Rules rules_;
  FlatReader flat_{rules_};
  Document document_;
  std::vector<std::int64_t> times_ns_;  // of each object
  std::vector<bool> skipped_;           // objects that json_strict = false passes over
  std::unordered_map<std::string, Role, Hash, std::equal_to<>> roles_;
};

}  // namespace weir::json
