#pragma once

// Does what a module says of itself hold together? Checked before any of it is used.
//
// Threads  Pure functions. They read what the descriptors point to; a foreign module is checked in
//          a child process first, as a wrong pointer cannot be told from a right one.
// Errors   An empty text, or what is wrong, in words for the module's author.
// Limits   The constants below; a descriptor beyond them is refused.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <weir/abi.h>

namespace weir::check {

inline constexpr std::size_t plugins_max = 256;   // Of a module.
inline constexpr std::size_t options_max = 1024;  // Of a plugin or a table.
inline constexpr std::size_t metrics_max = 256;   // Of a plugin.
inline constexpr std::size_t needs_max = 64;      // Of a plugin.
inline constexpr int option_depth_max = 8;        // Tables in tables.

// Version and size; after it the members may be read.
std::string check_module(const weir_module* module);

// What is wrong with the default of an option, which is TOML: "which is of another type". Whoever
// reads configurations has a reader for it, and gives it here.
using DefaultCheck = std::string (*)(const weir_opt& option);

// One plugin of a module that passed: its own descriptor, function tables, options and metrics.
std::string check_plugin(const weir_plugin* plugin, DefaultCheck check_default);

// Names, types, children, choices and defaults of a list of options, and of the tables in it.
std::string check_options(const std::vector<const weir_opt*>& options, DefaultCheck check_default);

// Letters, digits, '_' and '-', as TOML has them in bare keys; at most 64.
bool is_option_name(std::string_view name);

// Extensions that the plugin cannot do without and that are not among these.
std::string check_needs(const weir_plugin& plugin, const std::vector<std::string>& extensions);

// The module's plugins. Empty for a list that does not end.
std::vector<const weir_plugin*> plugins_of(const weir_module& module);

// "inputs.cpu"
std::string full_name(const weir_plugin& plugin);

}  // namespace weir::check
