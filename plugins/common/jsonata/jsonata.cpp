#include "plugins/common/jsonata/jsonata.hpp"

#include <algorithm>

#include "plugins/common/jsonata/evaluator.hpp"
#include "plugins/common/jsonata/json.hpp"
#include "plugins/common/jsonata/parser.hpp"

namespace weir::jsonata {

Jsonata::Jsonata(std::string_view expression) : root_(Parser(expression).whole()) {}

Jsonata::~Jsonata() = default;

bool Jsonata::evaluate(std::string_view json, std::int64_t now_ms, std::string& out) const {
  Budget budget;
  Value input;
  if (!read_json(budget, json, Whole::exact, input)) throw Error(0, "the input is no JSON");
  Evaluator evaluator(budget, input, now_ms);
  const Value result = evaluator.run(*root_);
  if (!result.defined()) return false;
  write_json(budget, result, out);
  return true;
}

std::string place_of(std::string_view expression, std::size_t at) {
  const std::string_view before = expression.substr(0, at);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t begin = before.rfind('\n') + 1;  // 0 on the first line
  return "line " + std::to_string(line) + ", column " + std::to_string(before.size() - begin + 1);
}

}  // namespace weir::jsonata
