// The agent's program: reads the command line and does what it says.

#include <malloc.h>

#include <string_view>

#include "core/app/commands.hpp"
#include "core/app/operator_commands.hpp"
#include "core/app/queue_commands.hpp"
#include "core/plugin/probe.hpp"

namespace {

// Batches come and go by the megabyte: a freed one goes back to the system at once, and few arenas keep what
// is free from spreading over threads.
void tame_allocator() {
  constexpr int large_bytes = 128 << 10;
  // NOLINTBEGIN(concurrency-mt-unsafe): no thread was started yet
  mallopt(M_MMAP_THRESHOLD, large_bytes);
  mallopt(M_TRIM_THRESHOLD, large_bytes);
  mallopt(M_ARENA_MAX, 2);
  // NOLINTEND(concurrency-mt-unsafe)
}

int dispatch(const weir::app::CommandLine& line) {
  using weir::app::Verb;
  switch (line.verb) {
    case Verb::check: return weir::app::config_check(line);
    case Verb::plan: return weir::app::config_plan(line);
    case Verb::create: return weir::app::config_create(line);
    case Verb::plugins_list: return weir::app::plugins_list(line);
    case Verb::plugins_describe: return weir::app::plugins_describe(line);
    case Verb::status: return weir::app::show_status(line);
    case Verb::top: return weir::app::show_top(line);
    case Verb::audit: return weir::app::show_audit(line);
    case Verb::reload: return weir::app::reload_agent(line);
    case Verb::log_level: return weir::app::set_agent_log_level(line);
    case Verb::version: return weir::app::print_version();
    case Verb::queue_ls: return weir::app::queue_ls(line);
    case Verb::queue_verify: return weir::app::queue_verify(line);
    case Verb::queue_cat: return weir::app::queue_cat(line);
    case Verb::queue_export: return weir::app::queue_export(line);
    case Verb::queue_purge: return weir::app::queue_purge(line);
    case Verb::queue_requeue: return weir::app::queue_requeue(line);
    default: return weir::app::run_agent(line);
  }
}

}  // namespace

int main(int argc, char** argv) {
  tame_allocator();
  if (argc == 3 && std::string_view(argv[1]) == weir::plugin::probe_command) {
    return weir::plugin::probe_module_main(argv[2]);
  }
  int exit_status = 0;
  const auto line = weir::app::parse_command_line(argc, argv, exit_status);
  return line ? dispatch(*line) : exit_status;
}
