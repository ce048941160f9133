#pragma once

// Finds a plugin by kind and name, loads its module when it is first asked for, and checks it.
//
//   <directory>/<kind>/<name>.so        "inputs/cpu.so"; a module of several plugins has a link for
//   each
//
// The first directory that has the file wins, even if the file is refused then.
//
// Before a file is loaded: owner and mode, format, processor, exports; and for a module that does
// not come with the agent, loading it in a child process first. After: version, sizes, tables,
// options.
//
// Threads    Every member may be called from any thread; loading is one at a time.
// Ownership  Descriptors live as long as the process: modules are never unloaded.
// Errors     Found::why names the file, what is wrong with it and what to do.
// Limits     A probe takes at most probe_timeout_ns. A file that was refused is not tried again
//            until it has changed.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <weir/abi.h>

#include "core/config/settings.hpp"
#include "core/plugin/file_id.hpp"

namespace weir::plugin {

struct LoaderSettings {
  std::vector<std::string> directories;  // In the order of search.
  std::vector<std::string> trusted;      // Directories of modules that come with the agent.
  std::vector<std::string> extensions;   // Ids that the host offers.
  std::string prober;  // Program that understands probe_command; empty = no probing.
  std::int64_t probe_timeout_ns{5'000'000'000};
};

// The directories of an agent whose program file is program: first those of the command line, then
// [weir] plugin_path, then ../lib/weir and ./plugins beside the program, which are the trusted
// ones.
void add_directories(LoaderSettings& settings, const std::string& program,
                     const std::vector<std::string>& of_command_line,
                     const std::vector<std::string>& plugin_path);

class ModuleLoader final : public config::PluginCatalog {
 public:
  explicit ModuleLoader(LoaderSettings settings);

  Found find(std::uint16_t kind, const std::string& name) override;
  // Sorted, each once.
  std::vector<std::string> names(std::uint16_t kind) override;

  // Does its module come with the agent? Batches of others are checked byte by byte.
  [[nodiscard]] bool trusted(const weir_plugin* plugin) const;

  // The file a plugin came from; empty for one that was not found here.
  [[nodiscard]] std::string file_of(const weir_plugin* plugin) const;

  // Calls fini of every module, once. When the last instance is destroyed, and no thread of a
  // plugin is left.
  void finish();

 private:
  struct Module {
    const weir_module* module{nullptr};  // nullptr: refused, and why.
    std::string path, why;
    bool trusted{false};
  };
  Found find_in(const std::string& path, std::uint16_t kind, const std::string& name);
  Found not_found(std::uint16_t kind, const std::string& name, const std::string& file);
  Found accept(const Module& module, std::uint16_t kind, const std::string& name);
  const Module& load(const FileId& id, const std::string& path);
  Module load_now(const std::string& path) const;
  [[nodiscard]] bool is_trusted_path(const std::string& path) const;

  const LoaderSettings settings_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::map<FileId, Module> modules_;
  std::map<const weir_plugin*, const Module*> plugins_;  // That passed all checks.
  bool finished_{false};
};

}  // namespace weir::plugin
