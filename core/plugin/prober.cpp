// What the agent's own program does with its hidden command.
#include <string_view>

#include "core/plugin/probe.hpp"

int main(int argc, char** argv) {
  const bool asked = argc == 3 && argv[1] == std::string_view(weir::plugin::probe_command);
  return asked ? weir::plugin::probe_module_main(argv[2]) : 2;
}
