#include "core/app/configuration.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "core/app/test_output.hpp"

namespace weir::app {
namespace {

std::string hostname() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

std::optional<std::string> environment(const std::string& name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

}  // namespace

config::LoadOptions Configuration::options() {
  config::LoadOptions o;
  o.files = line_.config;
  o.directories = line_.config_directories;
  o.environment = environment;
  o.env_non_strict = line_.env_non_strict;
  o.env_old = line_.env_old;
  o.input_filter = config::split_filter(line_.input_filter);
  o.output_filter = config::split_filter(line_.output_filter);
  o.selectors = line_.select;
  o.hostname = hostname();
  o.require_outputs = line_.verb != Verb::test;
  o.on_plugin_path = [this](const std::vector<std::string>& path) {
    catalog_.set_plugin_path(path);
  };
  return o;
}

void Configuration::print(const config::Diagnostic& diagnostic) {
  if (reason_.empty() && diagnostic.severity == config::Severity::error) {
    reason_ =
        (diagnostic.file.empty() ? ""
                                 : diagnostic.file + ":" + std::to_string(diagnostic.line) + ": ") +
        diagnostic.message;
  }
  const std::string text = line_.json ? config::render_json(diagnostic) + "\n"
                                      : config::render(diagnostic, ::isatty(STDERR_FILENO) == 1);
  std::fputs(text.c_str(), line_.json ? stdout : stderr);
}

std::unique_ptr<config::Settings> Configuration::load() {
  config::LoadResult result = config::load(options(), catalog_);
  sources_ = result.sources;
  warnings_ = 0;
  reason_.clear();
  for (const auto& d : result.diagnostics) {
    if (d.severity == config::Severity::warning) ++warnings_;
    if (d.severity == config::Severity::error || !line_.quiet) print(d);
  }
  if (!result.settings) return nullptr;
  auto settings = std::make_unique<config::Settings>(std::move(*result.settings));
  if (line_.verb == Verb::test && !replace_outputs(*settings)) return nullptr;
  apply_flags(*settings);
  return settings;
}

std::optional<config::WeirSettings> Configuration::load_weir() {
  config::LoadOptions o = options();
  o.plugins = false;
  const config::LoadResult result = config::load(o, catalog_);
  if (!result.settings) return std::nullopt;
  return result.settings->weir;
}

// --test prints instead of writing: one output of our own in the place of all others.
bool Configuration::replace_outputs(config::Settings& settings) {
  config::LoadOptions o;
  o.require_inputs = false;
  const std::string text = std::string("[[outputs.\"") + test_output_name +
                           "\"]]\n  data_format = \"influx\"\n  influx_sort_fields = true\n  "
                           "influx_uint_support = true\n";
  config::LoadResult own = config::load_texts({{"(--test)", text}}, o, catalog_);
  for (const auto& d : own.diagnostics) print(d);
  if (!own.settings) return false;
  settings.outputs = std::move(own.settings->outputs);
  return true;
}

void Configuration::apply_flags(config::Settings& settings) const {
  auto& agent = settings.agent;
  if (line_.debug || agent.debug) agent.log.level = LogLevel::debug;
  if (line_.quiet || agent.quiet) agent.log.level = LogLevel::error;
}

void Configuration::print_refusal(const pipeline::Pipeline::BuildError& why) {
  print(config::diagnose_option(*sources_, *why.plugin, why.path, why.message));
}

}  // namespace weir::app
