#include "core/plugin/option_check.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "core/base/units.hpp"
#include "core/config/toml_value.hpp"
#include "core/plugin/descriptor.hpp"

namespace weir::plugin {
namespace {

using config::Node;

// Takes every name of an option into names; a name that is there already is a fault.
std::string take_names(const weir_opt& option, std::set<std::string_view>& names) {
  std::vector<std::string_view> own{option.name};
  for (std::size_t i = 0;
       option.aliases != nullptr && option.aliases[i] != nullptr && i < options_max; ++i)
    own.emplace_back(option.aliases[i]);
  for (const std::string_view name : own) {
    if (!is_option_name(name)) return "is not a proper name";
    if (!names.insert(name).second) return "stands twice";
  }
  return {};
}

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
  return node.is(Node::Kind::array) &&
         std::all_of(node.items.begin(), node.items.end(),
                     [&](const Node& item) { return fits_one(option, item); });
}

bool fits(const weir_opt& option, const Node& node) {
  if ((option.flags & WEIR_CF_MAP) == 0) return fits_list(option, node);
  return node.is(Node::Kind::table) &&
         std::all_of(node.members.begin(), node.members.end(),
                     [&](const auto& member) { return fits_list(option, member.value); });
}

std::string check_default(const weir_opt& option) {
  if (option.def == nullptr) return {};
  config::TomlFault fault;
  const Node node = config::parse_toml_value(option.def, fault);
  if (!fault.message.empty())
    return "has the default " + std::string(option.def) + ", which is not TOML";
  return fits(option, node)
             ? std::string()
             : "has the default " + std::string(option.def) + ", which is of another type";
}

std::string check_choices(const weir_opt& option) {
  if (option.type != WEIR_C_ENUM) return {};
  if (option.choices == nullptr || option.n_choices == 0 || option.n_choices > options_max)
    return "is an enumeration without choices";
  const bool whole = std::none_of(option.choices, option.choices + option.n_choices,
                                  [](const char* c) { return c == nullptr; });
  return whole ? "" : "has a choice that is NULL";
}

class Checker {
 public:
  // Faults carry the path of the option they are about.
  std::string list(const std::vector<const weir_opt*>& options, const std::string& above,
                   int depth) {
    std::set<std::string_view> names;
    for (const weir_opt* option : options) {
      std::string why = size_fault(*option);
      if (why.empty() && option->name == nullptr) why = "has no name";
      const std::string path = above + (why.empty() ? option->name : "?");
      if (why.empty()) why = take_names(*option, names);
      if (why.empty()) why = one(*option);
      if (!why.empty()) return "has a bad option: " + path + " " + why;
      if (why = children(*option, path, depth); !why.empty()) return why;
    }
    return {};
  }

 private:
  static std::string size_fault(const weir_opt& option) {
    return option.size == sizeof(weir_opt)
               ? ""
               : "says it is " + std::to_string(option.size) + " bytes, the contract says " +
                     std::to_string(sizeof(weir_opt));
  }
  static std::string one(const weir_opt& option) {
    if (option.type < WEIR_C_STRING || option.type > WEIR_C_ANY)
      return "is of the unknown type " + std::to_string(option.type);
    if (std::string why = check_choices(option); !why.empty()) return why;
    return check_default(option);
  }
  std::string children(const weir_opt& option, const std::string& path, int depth) {
    if (option.type != WEIR_C_TABLE) return {};
    if (option.children == nullptr || option.n_children == 0 || option.n_children > options_max)
      return "has a bad option: " + path + " is a table without options of its own";
    if (depth == option_depth_max) return "has a bad option: " + path + " is too deep";
    std::vector<const weir_opt*> options;
    for (std::uint32_t i = 0; i < option.n_children; ++i) options.push_back(option.children + i);
    return list(options, path + ".", depth + 1);
  }
};

}  // namespace

std::string check_option_list(const std::vector<const weir_opt*>& options) {
  return Checker().list(options, "", 1);
}

bool is_option_name(std::string_view name) {
  constexpr std::size_t name_bytes_max = 64;
  const auto is_allowed = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= name_bytes_max &&
         std::all_of(name.begin(), name.end(), is_allowed);
}

}  // namespace weir::plugin
