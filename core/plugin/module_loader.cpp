#include "core/plugin/module_loader.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/base/kinds.hpp"
#include "core/base/nearest.hpp"
#include "core/plugin/module_file.hpp"
#include "core/plugin/option_default.hpp"
#include "core/plugin/probe.hpp"
#include "sdk/check/descriptor.hpp"
#include "sdk/check/elf_file.hpp"

namespace weir::plugin {
namespace {

namespace fs = std::filesystem;

using check::full_name;
using check::plugins_of;

// As far as it exists, without links and dots; the path itself where that fails.
std::string canonical(const std::string& path) {
  std::error_code failed;
  const fs::path real = fs::weakly_canonical(path, failed);
  return failed ? path : real.string();
}

bool exists(const std::string& path) {
  std::error_code failed;
  return fs::exists(path, failed) || (failed && failed != std::errc::no_such_file_or_directory);
}

// "inputs.cpu, inputs.mem"
std::string list_of(const weir_module& module) {
  std::string list;
  for (const weir_plugin* plugin : plugins_of(module)) {
    list += (list.empty() ? "" : ", ") + full_name(*plugin);
  }
  return list;
}

const weir_plugin* plugin_of(const weir_module& module, std::uint16_t kind,
                             const std::string& name) {
  for (const weir_plugin* plugin : plugins_of(module)) {
    if (plugin->kind == kind && plugin->name != nullptr && name == plugin->name) return plugin;
  }
  return nullptr;
}

}  // namespace

void add_directories(LoaderSettings& settings, const std::string& program,
                     const std::vector<std::string>& of_command_line,
                     const std::vector<std::string>& plugin_path) {
  const fs::path beside = fs::path(canonical(program)).parent_path();
  const std::vector<std::string> own{(beside.parent_path() / "lib/weir").string(),
                                     (beside / "plugins").string()};
  for (const auto* list : {&of_command_line, &plugin_path, &own}) {
    settings.directories.insert(settings.directories.end(), list->begin(), list->end());
  }
  settings.trusted.insert(settings.trusted.end(), own.begin(), own.end());
}

ModuleLoader::ModuleLoader(LoaderSettings settings) : settings_(std::move(settings)) {}

config::PluginCatalog::Found ModuleLoader::find(std::uint16_t kind, const std::string& name) {
  const std::string file = std::string(kind_folder(kind)) + "/" + name + ".so";
  if (kind_folder(kind).empty() || !check::is_option_name(name)) {
    return {nullptr, "\"" + name + "\" is no name of a plugin", true};
  }
  const std::lock_guard lock(mutex_);
  for (const std::string& directory : settings_.directories) {
    if (const std::string path = (fs::path(directory) / file).string(); exists(path)) {
      return find_in(path, kind, name);
    }
  }
  return not_found(kind, name, file);
}

config::PluginCatalog::Found ModuleLoader::not_found(std::uint16_t kind, const std::string& name,
                                                     const std::string& file) {
  std::string why =
      "there is no plugin " + std::string(kind_folder(kind)) + "." + name + ": no " + file + " in ";
  for (const std::string& directory : settings_.directories) {
    why += (why.ends_with(" in ") ? "" : ", ") + directory;
  }
  if (settings_.directories.empty()) why += "any directory, as none was given";
  const std::string near = nearest_name(name, names(kind));
  if (!near.empty()) why += "; did you mean " + near + "?";
  return {nullptr, why, true};
}

config::PluginCatalog::Found ModuleLoader::find_in(const std::string& path, std::uint16_t kind,
                                                   const std::string& name) {
  const Result<FileId> id = identify_file(path);
  if (!id.ok()) return {nullptr, path + " " + id.error().message, false};
  const Module& module = load(id.value(), path);
  if (module.module == nullptr) return {nullptr, path + " " + module.why, false};
  Found found = accept(module, kind, name);
  if (found.descriptor == nullptr) found.why = path + " " + found.why;
  return found;
}

config::PluginCatalog::Found ModuleLoader::accept(const Module& module, std::uint16_t kind,
                                                  const std::string& name) {
  const weir_plugin* plugin = plugin_of(*module.module, kind, name);
  if (plugin == nullptr) {
    return {nullptr,
            "holds " + list_of(*module.module) + ", but not " + std::string(kind_folder(kind)) +
                "." + name,
            false};
  }
  if (plugins_.count(plugin) != 0) return {plugin, "", false};
  std::string why = check::check_plugin(plugin, check_default);
  if (why.empty()) why = check::check_needs(*plugin, settings_.extensions);
  if (!why.empty()) return {nullptr, why, false};
  plugins_[plugin] = &module;
  return {plugin, "", false};
}

const ModuleLoader::Module& ModuleLoader::load(const FileId& id, const std::string& path) {
  const auto known = modules_.find(id);
  if (known != modules_.end()) return known->second;
  return modules_.emplace(id, load_now(path)).first->second;
}

ModuleLoader::Module ModuleLoader::load_now(const std::string& path) const {
  Module loaded;
  loaded.path = canonical(path);
  loaded.trusted = is_trusted_path(loaded.path);
  loaded.why = check::check_file(path);
  if (loaded.why.empty() && !loaded.trusted && !settings_.prober.empty()) {
    loaded.why = probe_module(settings_.prober, loaded.path, settings_.probe_timeout_ns);
  }
  if (!loaded.why.empty()) return loaded;
  const Result<const weir_module*> module = open_module(loaded.path);
  if (module.ok()) {
    loaded.module = module.value();
  } else {
    loaded.why = module.error().message;
  }
  return loaded;
}

bool ModuleLoader::is_trusted_path(const std::string& path) const {
  return std::any_of(settings_.trusted.begin(), settings_.trusted.end(),
                     [&](const std::string& directory) {
                       const std::string real = canonical(directory) + "/";
                       return path.starts_with(real);
                     });
}

std::vector<std::string> ModuleLoader::names(std::uint16_t kind) {
  std::set<std::string> names;
  for (const std::string& directory : settings_.directories) {
    std::error_code failed;
    for (fs::directory_iterator at(fs::path(directory) / kind_folder(kind), failed), end;
         !failed && at != end; at.increment(failed)) {
      if (at->path().extension() == ".so") names.insert(at->path().stem().string());
    }
  }
  return {names.begin(), names.end()};
}

bool ModuleLoader::trusted(const weir_plugin* plugin) const {
  const std::lock_guard lock(mutex_);
  const auto at = plugins_.find(plugin);
  return at != plugins_.end() && at->second->trusted;
}

std::string ModuleLoader::file_of(const weir_plugin* plugin) const {
  const std::lock_guard lock(mutex_);
  const auto at = plugins_.find(plugin);
  return at == plugins_.end() ? "" : at->second->path;
}

void ModuleLoader::finish() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(finished_, true)) return;
  for (const auto& [id, module] : modules_) {
    if (module.module != nullptr && module.module->fini != nullptr) module.module->fini();
  }
}

}  // namespace weir::plugin
