#include "plugins/serializers/json/nested.hpp"

#include "plugins/common/jsonata/json.hpp"

namespace weir::json_lines {

bool append_nested(std::string_view text, std::string& out) {
  const std::size_t before = out.size();
  jsonata::Budget budget;
  jsonata::Value v;
  try {
    if (!jsonata::read_json(budget, text, jsonata::Whole::as_double, v)) return false;
    jsonata::write_json(budget, v, out);
    return true;
  } catch (const jsonata::Error&) {  // too large for its limits
    out.resize(before);
    return false;
  }
}

}  // namespace weir::json_lines
