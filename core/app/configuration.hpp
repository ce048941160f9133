#pragma once

// Reading the configuration that the command line names, and saying what is wrong with it.

#include <memory>
#include <optional>
#include <string>

#include "core/app/catalog.hpp"
#include "core/app/command_line.hpp"
#include "core/config/load.hpp"
#include "core/pipeline/pipeline.hpp"

namespace weir::app {

class Configuration {
 public:
  Configuration(const CommandLine& line, Catalog& catalog) : line_(line), catalog_(catalog) {}

  // Prints diagnostics to stderr (JSON lines with --json). nullptr after an error.
  std::unique_ptr<config::Settings> load();
  // What the configuration says about the agent, without its plugins; quietly. Nothing after an error.
  std::optional<config::WeirSettings> load_weir();
  // A plugin refused its options when it was created: printed like any other diagnostic.
  void print_refusal(const pipeline::Pipeline::BuildError& why);
  [[nodiscard]] std::size_t warnings() const { return warnings_; }
  // The first error of the last load or refusal, in one line.
  [[nodiscard]] const std::string& reason() const { return reason_; }

 private:
  [[nodiscard]] config::LoadOptions options();
  void print(const config::Diagnostic& diagnostic);
  bool replace_outputs(config::Settings& settings);
  void apply_flags(config::Settings& settings) const;

  const CommandLine& line_;
  Catalog& catalog_;
  std::shared_ptr<const config::Sources> sources_;  // Of the last load.
  std::size_t warnings_{0};
  std::string reason_;
};

}  // namespace weir::app
