#pragma once

// A configuration to begin with, generated from the descriptors of the plugins.
//
// Every default stands in it as a comment, so that it loads as it is, once its plugins are active.

#include <string>
#include <vector>

#include "core/config/settings.hpp"

namespace weir::config {

struct SampleOptions {
  // "global_tags", "agent", "weir", "inputs"...; empty = all.
  std::vector<std::string> sections;
  // The plugins of a kind that are to be active; empty = all of them, commented out.
  std::vector<std::string> inputs, outputs, processors, aggregators;
};

[[nodiscard]] std::string sample_config(const SampleOptions& options, PluginCatalog& catalog);

// One plugin. commented: all of it as comments.
[[nodiscard]] std::string sample_plugin(const weir_plugin& plugin, bool commented);

}  // namespace weir::config
