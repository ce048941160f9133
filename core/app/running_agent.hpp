#pragma once

// The running agent's admin endpoint: finds it and asks it.
//
// Where  --admin; else what --config says, where it can be read; else $RUNTIME_DIRECTORY/weir.sock; else
//        /run/weir/weir.sock, where the service answers.
// Errors For a person: nothing runs there, or nothing says where; and what to do.

#include <string>

#include "core/app/agent_status.hpp"
#include "core/app/command_line.hpp"
#include "core/base/result.hpp"
#include "core/runtime/admin_client.hpp"

namespace weir::app {

class RunningAgent {
 public:
  static Result<RunningAgent> find(const CommandLine& line);

  // The answer's text; an error for any status but 2xx, with what the agent said.
  [[nodiscard]] Result<std::string> ask(const std::string& method, const std::string& path,
                                        const std::string& body = {}, int timeout_s = 10) const;
  [[nodiscard]] Result<AgentStatus> status() const;

 private:
  RunningAgent(config::AdminAddress address, std::string token)
      : address_(std::move(address)), token_(std::move(token)) {}

  config::AdminAddress address_;
  std::string token_;
};

// Says it on standard error; the exit status.
int complain(const Error& error);

}  // namespace weir::app
