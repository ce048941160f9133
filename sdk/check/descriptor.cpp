#include "sdk/check/descriptor.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <string_view>

#include "sdk/check/kinds.hpp"

namespace weir::check {
namespace {

std::string version_text(std::uint32_t abi) {
  return std::to_string(abi >> 16) + "." + std::to_string(abi & 0xffffU);
}

// Texts of a module of another version are not to be trusted: their length is bounded.
std::string bounded(const char* text) {
  constexpr std::size_t bytes_max = 120;
  if (text == nullptr) return "unknown";
  return {text, strnlen(text, bytes_max)};
}

template <typename T>
std::string size_fault(const char* what, std::uint32_t size) {
  if (size == sizeof(T)) return {};
  return std::string(what) + " says it is " + std::to_string(size) + " bytes, the contract says " +
         std::to_string(sizeof(T)) + ": it was built with another abi.h";
}

// Function tables may have grown.
template <typename T>
std::string table_fault(const char* what, const void* table) {
  if (table == nullptr) return std::string("has no ") + what;
  std::uint32_t size = 0;
  std::memcpy(&size, table, sizeof size);
  constexpr std::uint32_t table_bytes_max = 4096;
  if (size >= sizeof(T) && size <= table_bytes_max) return {};
  return std::string("its ") + what + " says it is " + std::to_string(size) + " bytes, at least " +
         std::to_string(sizeof(T)) + " are needed";
}

template <typename T>
const T& table_of(const weir_plugin& plugin) {
  return *static_cast<const T*>(plugin.kind_ops);
}

std::string missing(bool present, const char* function) {
  return present ? std::string() : std::string("has no function ") + function;
}

std::string first_of(std::initializer_list<std::string> faults) {
  for (const std::string& fault : faults) {
    if (!fault.empty()) return fault;
  }
  return {};
}

std::string check_ops(const weir_plugin& plugin) {
  if (std::string why = table_fault<weir_ops>("weir_ops", plugin.ops); !why.empty()) return why;
  const weir_ops& ops = *plugin.ops;
  return first_of({missing(ops.create != nullptr, "create"),
                   missing(ops.destroy != nullptr, "destroy"),
                   missing(ops.start != nullptr, "start"), missing(ops.stop != nullptr, "stop")});
}

std::string check_processor(const weir_plugin& plugin) {
  const auto& ops = table_of<weir_processor_ops>(plugin);
  if ((plugin.flags & WEIR_MUTATES) != 0) {
    return missing(ops.edit != nullptr, "edit, though it says WEIR_MUTATES");
  }
  return missing(ops.process != nullptr, "process");
}

std::string check_aggregator(const weir_plugin& plugin) {
  const auto& ops = table_of<weir_aggregator_ops>(plugin);
  return first_of({missing(ops.add != nullptr, "add"), missing(ops.push != nullptr, "push"),
                   missing(ops.reset != nullptr, "reset")});
}

std::string check_functions(const weir_plugin& plugin) {
  switch (plugin.kind) {
    case WEIR_PROCESSOR: return check_processor(plugin);
    case WEIR_AGGREGATOR: return check_aggregator(plugin);
    case WEIR_OUTPUT: return missing(table_of<weir_output_ops>(plugin).write != nullptr, "write");
    case WEIR_PARSER: return missing(table_of<weir_parser_ops>(plugin).parse != nullptr, "parse");
    case WEIR_SERIALIZER:
      return missing(table_of<weir_serializer_ops>(plugin).serialize != nullptr, "serialize");
    default: return {};  // An input without gather is a service input.
  }
}

std::string check_kind_table(const weir_plugin& plugin) {
  switch (plugin.kind) {
    case WEIR_INPUT: return table_fault<weir_input_ops>("weir_input_ops", plugin.kind_ops);
    case WEIR_PROCESSOR:
      return table_fault<weir_processor_ops>("weir_processor_ops", plugin.kind_ops);
    case WEIR_AGGREGATOR:
      return table_fault<weir_aggregator_ops>("weir_aggregator_ops", plugin.kind_ops);
    case WEIR_OUTPUT: return table_fault<weir_output_ops>("weir_output_ops", plugin.kind_ops);
    case WEIR_PARSER: return table_fault<weir_parser_ops>("weir_parser_ops", plugin.kind_ops);
    default: return table_fault<weir_serializer_ops>("weir_serializer_ops", plugin.kind_ops);
  }
}

// A flag that means nothing for a kind is a misunderstanding that would stay unseen.
std::string check_flags(const weir_plugin& plugin) {
  struct Rule {
    std::uint32_t flag;
    std::uint16_t kind;
    const char* name;
  };
  for (const Rule& rule : {Rule{WEIR_MUTATES, WEIR_PROCESSOR, "WEIR_MUTATES"},
                           Rule{WEIR_EMITS_RAW, WEIR_INPUT, "WEIR_EMITS_RAW"},
                           Rule{WEIR_WANTS_BYTES, WEIR_OUTPUT, "WEIR_WANTS_BYTES"},
                           Rule{WEIR_CUTS_STREAM, WEIR_PARSER, "WEIR_CUTS_STREAM"},
                           Rule{WEIR_CUTS_LINES, WEIR_PARSER, "WEIR_CUTS_LINES"},
                           Rule{WEIR_KEEPS_SESSIONS, WEIR_PARSER, "WEIR_KEEPS_SESSIONS"},
                           Rule{WEIR_ROWS_ALONE, WEIR_SERIALIZER, "WEIR_ROWS_ALONE"}}) {
    if ((plugin.flags & rule.flag) != 0 && plugin.kind != rule.kind) {
      return std::string("says ") + rule.name + ", which is for " +
             std::string(kind_folder(rule.kind));
    }
  }
  return {};
}

// Entries of an array of pointers that ends with NULL; false when it does not end.
template <typename T>
bool entries_of(const T* const* array, std::size_t most, std::vector<const T*>& entries) {
  for (std::size_t i = 0; array != nullptr && array[i] != nullptr; ++i) {
    if (i == most) return false;
    entries.push_back(array[i]);
  }
  return true;
}

std::string check_metric(const weir_metric_decl& metric) {
  if (std::string why = size_fault<weir_metric_decl>("a weir_metric_decl", metric.size);
      !why.empty()) {
    return why;
  }
  if (metric.name == nullptr || !is_option_name(metric.name)) {
    return "a self-metric has no proper name";
  }
  if (metric.type != WEIR_COUNTER && metric.type != WEIR_GAUGE) {
    return "the self-metric " + std::string(metric.name) + " is neither counter nor gauge";
  }
  return {};
}

std::string check_metrics(const weir_plugin& plugin) {
  std::vector<const weir_metric_decl*> metrics;
  if (!entries_of(plugin.metrics, metrics_max, metrics)) {
    return "its list of self-metrics does not end";
  }
  std::set<std::string_view> names;
  for (const weir_metric_decl* metric : metrics) {
    if (std::string why = check_metric(*metric); !why.empty()) return why;
    if (!names.insert(metric->name).second) {
      return "declares the self-metric " + std::string(metric->name) + " twice";
    }
  }
  return {};
}

std::string check_texts(const weir_plugin& plugin) {
  if (plugin.name == nullptr || !is_option_name(plugin.name)) {
    return "has no proper name (a-z, 0-9 and _)";
  }
  if (plugin.version == nullptr) return "has no version";
  if (plugin.summary == nullptr) return "has no summary";
  return {};
}

}  // namespace

std::string check_module(const weir_module* module) {
  if (module == nullptr) return "returns no weir_module";
  if (module->abi != WEIR_ABI) {
    const bool readable = module->size >= sizeof(weir_module) && module->size <= 4096;
    return "was built for version " + version_text(module->abi) + " of the plugin contract (by " +
           bounded(readable ? module->built_with : nullptr) + "), this agent has version " +
           version_text(WEIR_ABI) +
           ": build it again with the SDK of this agent, or use the agent it was built for";
  }
  if (std::string why = size_fault<weir_module>("its weir_module", module->size); !why.empty()) {
    return why;
  }
  if (module->name == nullptr || module->version == nullptr) {
    return "its weir_module has no name or no version";
  }
  if ((module->flags & WEIR_MOD_OWN_PROCESS) != 0) {
    return "demands a process of its own (WEIR_MOD_OWN_PROCESS), which this agent cannot give yet";
  }
  if (plugins_of(*module).empty()) {
    return "its weir_module names no plugin, or its list does not end";
  }
  return {};
}

std::string check_plugin(const weir_plugin* plugin, DefaultCheck check_default) {
  if (std::string why = size_fault<weir_plugin>("a weir_plugin", plugin->size); !why.empty()) {
    return why;
  }
  if (kind_folder(plugin->kind).empty()) {
    return "a plugin is of the unknown kind " + std::to_string(plugin->kind);
  }
  if (std::string why = check_texts(*plugin); !why.empty()) {
    return "a plugin of " + std::string(kind_folder(plugin->kind)) + " " + why;
  }
  std::vector<const weir_opt*> options;
  std::string why = first_of({check_flags(*plugin), check_ops(*plugin), check_kind_table(*plugin)});
  if (why.empty()) why = check_functions(*plugin);
  if (why.empty() && !entries_of(plugin->opts, options_max, options)) {
    why = "has a list of options that does not end";
  }
  if (why.empty()) why = check_options(options, check_default);
  if (why.empty()) why = check_metrics(*plugin);
  return why.empty() ? why : full_name(*plugin) + " " + why;
}

std::string check_needs(const weir_plugin& plugin, const std::vector<std::string>& extensions) {
  std::vector<const char*> needs;
  if (!entries_of(plugin.needs, needs_max, needs)) {
    return full_name(plugin) + " its list of needs does not end";
  }
  for (const char* need : needs) {
    if (need[0] == '?' ||
        std::find(extensions.begin(), extensions.end(), need) != extensions.end()) {
      continue;
    }
    return full_name(plugin) + " needs the extension " + bounded(need) +
           ", which this agent does not have: use a newer agent";
  }
  return {};
}

std::vector<const weir_plugin*> plugins_of(const weir_module& module) {
  std::vector<const weir_plugin*> plugins;
  if (!entries_of(module.plugins, plugins_max, plugins)) plugins.clear();
  return plugins;
}

std::string full_name(const weir_plugin& plugin) {
  return std::string(kind_folder(plugin.kind)) + "." + (plugin.name == nullptr ? "?" : plugin.name);
}

}  // namespace weir::check
