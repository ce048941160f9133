#pragma once

// The plugins of this process: the module loader, made when [weir] plugin_path is known, and the built-in
// output that --test prints with.

#include <memory>
#include <string>
#include <vector>

#include "core/plugin/module_loader.hpp"

namespace weir::app {

class Catalog final : public config::PluginCatalog {
 public:
  explicit Catalog(std::vector<std::string> directories) : directories_(std::move(directories)) {}

  // Takes effect before the first plugin is looked up.
  void set_plugin_path(const std::vector<std::string>& plugin_path);
  Found find(std::uint16_t kind, const std::string& name) override;
  std::vector<std::string> names(std::uint16_t kind) override;
  [[nodiscard]] bool trusted(const weir_plugin* plugin) const;
  void finish();

 private:
  plugin::ModuleLoader& loader();
  const std::vector<std::string> directories_;
  std::vector<std::string> plugin_path_;
  std::unique_ptr<plugin::ModuleLoader> loader_;
};

// The program file of this process.
std::string program_file();

}  // namespace weir::app
