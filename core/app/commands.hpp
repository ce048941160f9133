#pragma once

// What each command does. All return the process's exit status.

#include "core/app/command_line.hpp"

namespace weir::app {

// Runs the agent: forever, --once or --test.
int run_agent(const CommandLine& line);
int config_check(const CommandLine& line);
// Says what a reload would do: from --config to the files named.
int config_plan(const CommandLine& line);
int config_create(const CommandLine& line);
int plugins_list(const CommandLine& line);
int plugins_describe(const CommandLine& line);
int print_version();

}  // namespace weir::app
