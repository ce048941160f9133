#include "core/plugin/option_default.hpp"

#include <algorithm>

#include "core/base/units.hpp"
#include "core/config/toml_value.hpp"

namespace weir::plugin {
namespace {

using config::Node;

bool is_duration(const Node& node) {
  if (node.is(Node::Kind::integer) || node.is(Node::Kind::floating)) return true;
  return node.is(Node::Kind::string) && parse_duration(node.text).ok();
}

bool is_size(const Node& node) {
  return node.is(Node::Kind::integer) ||
         (node.is(Node::Kind::string) && parse_size(node.text).ok());
}

bool is_choice(const weir_opt& option, const Node& node) {
  const auto* end = option.choices + option.n_choices;
  return node.is(Node::Kind::string) && std::find(option.choices, end, node.text) != end;
}

bool is_scalar(const Node& node) {
  return !node.is(Node::Kind::array) && !node.is(Node::Kind::table) && !node.is(Node::Kind::date);
}

bool fits_one(const weir_opt& option, const Node& node) {
  switch (option.type) {
    case WEIR_C_STRING:
    case WEIR_C_SECRET: return node.is(Node::Kind::string);
    case WEIR_C_INT: return node.is(Node::Kind::integer);
    case WEIR_C_FLOAT: return node.is(Node::Kind::floating) || node.is(Node::Kind::integer);
    case WEIR_C_BOOL: return node.is(Node::Kind::boolean);
    case WEIR_C_DURATION: return is_duration(node);
    case WEIR_C_SIZE: return is_size(node);
    case WEIR_C_ENUM: return is_choice(option, node);
    case WEIR_C_TABLE: return node.is(Node::Kind::table);
    default: return is_scalar(node);
  }
}

bool fits_list(const weir_opt& option, const Node& node) {
  if ((option.flags & WEIR_CF_LIST) == 0) return fits_one(option, node);
  const auto fits = [&](const Node& item) { return fits_one(option, item); };
  return node.is(Node::Kind::array) && std::all_of(node.items.begin(), node.items.end(), fits);
}

bool fits_option(const weir_opt& option, const Node& node) {
  if ((option.flags & WEIR_CF_MAP) == 0) return fits_list(option, node);
  const auto fits = [&](const config::Member& m) { return fits_list(option, m.value); };
  return node.is(Node::Kind::table) && std::all_of(node.members.begin(), node.members.end(), fits);
}

}  // namespace

std::string check_default(const weir_opt& option) {
  config::TomlFault fault;
  const Node node = config::parse_toml_value(option.def, fault);
  if (!fault.message.empty()) return "which is not TOML";
  return fits_option(option, node) ? "" : "which is of another type";
}

}  // namespace weir::plugin
