#pragma once

// Commands for those who operate a running agent. Each asks its admin endpoint and prints the answer; all return the
// exit status: 0, or 1 when the agent could not be asked or said no.

#include <cstddef>
#include <string>

#include "core/app/agent_status.hpp"
#include "core/app/command_line.hpp"

namespace weir::app {

int show_status(const CommandLine& line);
int show_top(const CommandLine& line);
int show_audit(const CommandLine& line);
int reload_agent(const CommandLine& line);
int set_agent_log_level(const CommandLine& line);

// What they print.
std::string status_text(const AgentStatus& status);
// lines: as many fit on the terminal; 0 = all.
std::string top_text(const AgentStatus& status, std::size_t lines);
std::string audit_text(const AgentStatus& status);

}  // namespace weir::app
