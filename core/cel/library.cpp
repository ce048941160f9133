#include "core/cel/library.hpp"

#include <unordered_map>

namespace weir::cel {
namespace {

using Table = std::unordered_map<std::string_view, const Function*>;

Table make_table() {
  Table table;
  for (const auto part : {operator_functions(), conversion_functions(), text_functions(),
                          made_text_functions(), time_functions(), math_functions()}) {
    for (const Function& function : part) table.emplace(function.name, &function);
  }
  return table;
}

const Table& table() {
  static const Table made = make_table();
  return made;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

const Function* find_function(std::string_view name) {
  const auto found = table().find(name);
  return found == table().end() ? nullptr : found->second;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const auto& [name, function] : table()) {
    if (is_letter(name[0])) names.emplace_back(name);
  }
  return names;
}

}  // namespace weir::cel
