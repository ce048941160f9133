// weir log-level [LEVEL]: how much the running agent logs, until it ends.

#include <cstdio>

#include "core/app/operator_commands.hpp"
#include "core/app/running_agent.hpp"

namespace weir::app {

int set_agent_log_level(const CommandLine& line) {
  const auto agent = RunningAgent::find(line);
  if (!agent.ok()) return complain(agent.error());
  const auto answer =
      agent.value().ask(line.level.empty() ? "GET" : "PUT", "/log-level", line.level);
  if (!answer.ok()) return complain(answer.error());
  std::fputs(answer.value().c_str(), stdout);
  return 0;
}

}  // namespace weir::app
