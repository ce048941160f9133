#include "sdk/check/module.hpp"

#include <dlfcn.h>

#include <stdexcept>

#include <weir/error.hpp>

#include "sdk/check/descriptor.hpp"
#include "sdk/check/schema_text.hpp"

namespace weir::check {
namespace {

bool is_empty(const char* text) { return text == nullptr || *text == '\0'; }

// Options are read by people before they are read by plugins.
std::string lint_options(const weir_opt* const* options) {
  for (; options != nullptr && *options != nullptr; ++options) {
    if (is_empty((*options)->doc)) {
      return "the option " + std::string((*options)->name) + " says nothing of itself (doc)";
    }
  }
  return {};
}

std::string lint_metrics(const weir_metric_decl* const* metrics) {
  for (; metrics != nullptr && *metrics != nullptr; ++metrics) {
    if (is_empty((*metrics)->doc)) {
      return "the self-metric " + std::string((*metrics)->name) + " says nothing of itself (doc)";
    }
  }
  return {};
}

std::string lint_plugin(const weir_plugin& plugin) {
  if (is_empty(plugin.version)) return "has an empty version";
  if (is_empty(plugin.summary)) return "has an empty summary";
  if (plugin.stability > 2) return "has an unknown stability";
  if (std::string why = lint_options(plugin.opts); !why.empty()) return why;
  return lint_metrics(plugin.metrics);
}

}  // namespace

const weir_module& load_module(const std::string& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) {
    throw std::runtime_error(dlerror());  // NOLINT(concurrency-mt-unsafe): one thread.
  }
  auto* entry = reinterpret_cast<const weir_module* (*)()>(dlsym(handle, WEIR_ENTRY_SYMBOL));
  if (entry == nullptr) throw std::runtime_error("exports no " WEIR_ENTRY_SYMBOL);
  const weir_module* module = entry();
  if (std::string why = check_module(module); !why.empty()) throw std::runtime_error(why);
  if (entry() != module) {
    throw std::runtime_error("its entry function gives another module each time");
  }
  weir_err err = make_err();
  if (module->init != nullptr && module->init(&err) < 0) {
    throw std::runtime_error("its init fails: " + std::string(message_of(err)));
  }
  return *module;
}

std::string lint_module(const weir_module& module) {
  if (is_empty(module.license)) return "its weir_module has no license";
  for (const weir_plugin* plugin : plugins_of(module)) {
    if (std::string why = check_plugin(plugin, check_default); !why.empty()) return why;
    if (std::string why = lint_plugin(*plugin); !why.empty()) {
      return full_name(*plugin) + ": " + why;
    }
  }
  return {};
}

}  // namespace weir::check
