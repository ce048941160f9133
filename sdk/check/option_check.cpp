#include <algorithm>
#include <cctype>
#include <set>

#include "sdk/check/descriptor.hpp"

namespace weir::check {
namespace {

// Takes every name of an option into names; a name that is there already is a fault.
std::string take_names(const weir_opt& option, std::set<std::string_view>& names) {
  std::vector<std::string_view> own{option.name};
  for (std::size_t i = 0;
       option.aliases != nullptr && option.aliases[i] != nullptr && i < options_max; ++i) {
    own.emplace_back(option.aliases[i]);
  }
  for (const std::string_view name : own) {
    if (!is_option_name(name)) return "is not a proper name";
    if (!names.insert(name).second) return "stands twice";
  }
  return {};
}

std::string check_choices(const weir_opt& option) {
  if (option.type != WEIR_C_ENUM) return {};
  if (option.choices == nullptr || option.n_choices == 0 || option.n_choices > options_max) {
    return "is an enumeration without choices";
  }
  const bool whole = std::none_of(option.choices, option.choices + option.n_choices,
                                  [](const char* c) { return c == nullptr; });
  return whole ? "" : "has a choice that is NULL";
}

class Checker {
 public:
  explicit Checker(DefaultCheck check_default) : check_default_(check_default) {}

  // Faults carry the path of the option they are about.
  std::string list(const std::vector<const weir_opt*>& options, const std::string& above,
                   int depth) {
    std::set<std::string_view> names;
    for (const weir_opt* option : options) {
      if (std::string why = size_fault(*option); !why.empty()) return bad(above + "?", why);
      if (option->name == nullptr) return bad(above + "?", "has no name");
      const std::string path = above + option->name;
      std::string why = take_names(*option, names);
      if (why.empty()) why = one(*option);
      if (!why.empty()) return bad(path, why);
      if (why = children(*option, path, depth); !why.empty()) return why;
    }
    return {};
  }

 private:
  static std::string bad(const std::string& path, const std::string& why) {
    return "has a bad option: " + path + " " + why;
  }
  static std::string size_fault(const weir_opt& option) {
    return option.size == sizeof(weir_opt)
               ? ""
               : "says it is " + std::to_string(option.size) + " bytes, the contract says " +
                     std::to_string(sizeof(weir_opt));
  }
  [[nodiscard]] std::string one(const weir_opt& option) const {
    if (option.type < WEIR_C_STRING || option.type > WEIR_C_ANY) {
      return "is of the unknown type " + std::to_string(option.type);
    }
    if (std::string why = check_choices(option); !why.empty()) return why;
    if (option.def == nullptr) return {};
    const std::string why = check_default_(option);
    return why.empty() ? why : "has the default " + std::string(option.def) + ", " + why;
  }
  std::string children(const weir_opt& option, const std::string& path, int depth) {
    if (option.type != WEIR_C_TABLE) return {};
    if (option.children == nullptr || option.n_children == 0 || option.n_children > options_max) {
      return bad(path, "is a table without options of its own");
    }
    if (depth == option_depth_max) return bad(path, "is too deep");
    std::vector<const weir_opt*> options;
    options.reserve(option.n_children);
    for (std::uint32_t i = 0; i < option.n_children; ++i) options.push_back(option.children + i);
    return list(options, path + ".", depth + 1);
  }

  DefaultCheck check_default_;
};

}  // namespace

std::string check_options(const std::vector<const weir_opt*>& options, DefaultCheck check_default) {
  return Checker(check_default).list(options, "", 1);
}

bool is_option_name(std::string_view name) {
  constexpr std::size_t name_bytes_max = 64;
  const auto is_allowed = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= name_bytes_max &&
         std::all_of(name.begin(), name.end(), is_allowed);
}

}  // namespace weir::check
