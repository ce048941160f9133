#include "core/app/catalog.hpp"

#include <unistd.h>

#include <array>

#include "core/app/test_output.hpp"
#include "core/pipeline/extensions.hpp"

namespace weir::app {

std::string program_file() {
  std::array<char, 4096> path{};
  const ssize_t n = ::readlink("/proc/self/exe", path.data(), path.size());
  return n > 0 ? std::string(path.data(), static_cast<std::size_t>(n)) : std::string("weir");
}

void Catalog::set_plugin_path(const std::vector<std::string>& plugin_path) {
  if (!loader_) plugin_path_ = plugin_path;
}

plugin::ModuleLoader& Catalog::loader() {
  if (loader_) return *loader_;
  plugin::LoaderSettings settings;
  settings.prober = program_file();
  settings.extensions = pipeline::known_extensions();
  plugin::add_directories(settings, program_file(), directories_, plugin_path_);
  loader_ = std::make_unique<plugin::ModuleLoader>(std::move(settings));
  return *loader_;
}

config::PluginCatalog::Found Catalog::find(std::uint16_t kind, const std::string& name) {
  if (kind == WEIR_OUTPUT && name == test_output_name) return {&test_output(), {}, false};
  return loader().find(kind, name);
}

std::vector<std::string> Catalog::names(std::uint16_t kind) { return loader().names(kind); }

bool Catalog::trusted(const weir_plugin* plugin) const {
  return plugin == &test_output() || (loader_ && loader_->trusted(plugin));
}

void Catalog::finish() {
  if (loader_) loader_->finish();
}

}  // namespace weir::app
