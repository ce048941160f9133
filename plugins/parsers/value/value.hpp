#pragma once

// parsers.value: a text is one value, one metric with one field.

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include <weir/weir.hpp>

namespace weir::value_parser {

class ValueParser {
 public:
  static constexpr info meta{"value", "1.0.0", "One value as a field"};

  std::string data_type;
  std::string field_name;
  static constexpr auto options = std::tuple{
      opt{"data_type", &ValueParser::data_type, "\"\"",
          "integer (also int, and the default), float (long), string (str), base64, boolean "
          "(bool), "
          "auto_integer or auto_float: a string where it is no number"},
      opt{"value_field_name", &ValueParser::field_name, "\"value\"", "Key of the field"}};

  void init();
  void parse(const message& m, sink& out);

 private:
  enum class Type : std::uint8_t {
    integer,
    number,
    text,
    base64,
    boolean,
    auto_integer,
    auto_number
  };
  void add(std::string_view word, builder& row) const;
  Type type_ = Type::integer;
};

// Standard alphabet, with padding.
std::string base64_of(std::string_view bytes);

}  // namespace weir::value_parser
