#pragma once

// From Telegraf's files to checked and typed Settings. docs/CONFIGURATION.md is the operator's view.
//
// Threads    One call at a time per catalog; no state is kept between calls.
// Ownership  A LoadResult owns all it holds but the descriptors of the plugins.
// Errors     Never an exception: every fault becomes a Diagnostic, all of them at once. With one of
//            severity error there are no settings.
// Limits     A file has at most 16 MiB; of one file at most 20 syntax errors are reported.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/diagnostic.hpp"
#include "core/config/environment.hpp"
#include "core/config/settings.hpp"

namespace weir::config {

class Sources;

struct LoadOptions {
  std::vector<std::string> files;        // --config; none and no directory: the default places
  std::vector<std::string> directories;  // --config-directory
  Environment environment;               // Empty: nothing is set.
  bool env_non_strict{false};            // --non-strict-env-handling: replace in the raw text
  bool env_old{false};                   // --old-env-behavior: "$$" stays as it is
  std::vector<std::string> input_filter, output_filter;  // Names; empty = all.
  std::vector<std::string> selectors;                    // --select, "key=value;key=value" each
  std::string hostname;                                  // Of the machine, for the host tag.
  bool require_inputs{true}, require_outputs{true};      // --test runs without outputs.
  bool plugins{true};  // False: only what is about the agent is read, and no plugin is looked up.
  // Called once, before the first plugin is looked up, with [weir] plugin_path.
  std::function<void(const std::vector<std::string>&)> on_plugin_path;
};

struct LoadResult {
  std::optional<Settings> settings;
  std::vector<Diagnostic> diagnostics;     // In the order of files and lines.
  std::shared_ptr<const Sources> sources;  // The texts, for diagnose_option.
};

[[nodiscard]] LoadResult load(const LoadOptions& options, PluginCatalog& catalog);

struct ConfigText {
  std::string name;  // As it is to appear in diagnostics.
  std::string text;
};

// The same without a file system: options.files and options.directories are not looked at.
[[nodiscard]] LoadResult load_texts(const std::vector<ConfigText>& texts,
                                    const LoadOptions& options, PluginCatalog& catalog);

// A fault that a plugin found itself, in create or start: path as in weir_err.path, "rules[2].pattern",
// or empty. Points at the option, else at the nearest table around it that is in the file.
[[nodiscard]] Diagnostic diagnose_option(const Sources& sources, const PluginSettings& plugin,
                                         std::string_view path, std::string_view message);

// "cpu:mem" as given to --input-filter; empty parts are left out.
[[nodiscard]] std::vector<std::string> split_filter(std::string_view names);

}  // namespace weir::config
