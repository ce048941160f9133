#include "plugins/common/any/any_value.hpp"

#include "plugins/common/text/print_number.hpp"

namespace weir::common {

std::string text_of(const any& value) {
  char text[number_bytes];
  switch (value.type) {
    case WEIR_C_INT: return {text, print_i64(text, value.integer)};
    case WEIR_C_FLOAT: return {text, print_general(text, value.number)};
    case WEIR_C_BOOL: return value.integer != 0 ? "true" : "false";
    default: return value.text;
  }
}

weir_field field_of(editor& rows, const any& value) {
  switch (value.type) {
    case WEIR_C_INT: return rows.make_field(value.integer);
    case WEIR_C_FLOAT: return rows.make_field(value.number);
    case WEIR_C_BOOL: return rows.make_field(value.integer != 0);
    default: return rows.make_field(std::string_view(value.text));
  }
}

}  // namespace weir::common
