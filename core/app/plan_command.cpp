#include <cstdio>

#include "core/app/commands.hpp"
#include "core/app/configuration.hpp"
#include "core/config/plan.hpp"

namespace weir::app {

int config_plan(const CommandLine& line) {
  CommandLine wanted = line;
  wanted.config = line.next;
  wanted.config_directories.clear();
  Catalog catalog(line.plugin_directories);
  const auto before = Configuration(line, catalog).load();
  if (!before) return 1;
  const auto after = Configuration(wanted, catalog).load();
  if (!after) return 1;
  const config::Plan plan = config::make_plan(*before, *after);
  const std::string text = line.json ? config::plan_json(plan) + "\n" : config::plan_text(plan);
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace weir::app
