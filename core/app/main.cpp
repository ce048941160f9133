// The agent's program: reads the command line and does what it says.

#include <string_view>

#include "core/app/commands.hpp"
#include "core/plugin/probe.hpp"

namespace {

int dispatch(const weir::app::CommandLine& line) {
  using weir::app::Verb;
  switch (line.verb) {
    case Verb::check: return weir::app::config_check(line);
    case Verb::create: return weir::app::config_create(line);
    case Verb::plugins_list: return weir::app::plugins_list(line);
    case Verb::plugins_describe: return weir::app::plugins_describe(line);
    case Verb::version: return weir::app::print_version();
    default: return weir::app::run_agent(line);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == weir::plugin::probe_command)
    return weir::plugin::probe_module_main(argv[2]);
  int exit_status = 0;
  const auto line = weir::app::parse_command_line(argc, argv, exit_status);
  return line ? dispatch(*line) : exit_status;
}
