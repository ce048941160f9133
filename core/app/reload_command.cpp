// weir reload: has the agent read its configuration again, and waits for how that goes.

#include <cstdio>

#include "core/app/operator_commands.hpp"
#include "core/app/running_agent.hpp"
#include "core/runtime/admin_server.hpp"

namespace weir::app {

int reload_agent(const CommandLine& line) {
  const auto agent = RunningAgent::find(line);
  if (!agent.ok()) return complain(agent.error());
  const auto answer =
      agent.value().ask("POST", "/reload", {}, runtime::AdminServer::answer_timeout_s + 10);
  if (!answer.ok()) {
    std::fprintf(stderr, "weir: not reloaded, the agent goes on as it was: %s\n",
                 answer.error().message.c_str());
    return 1;
  }
  const auto status = agent.value().status();
  if (!status.ok()) return complain(status.error());
  std::printf("reloaded: generation %llu\n",
              static_cast<unsigned long long>(status.value().generation));
  return 0;
}

}  // namespace weir::app
