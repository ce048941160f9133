#pragma once

// The command line: Telegraf's flags and sub-commands, with one dash or two.
//
// Errors  parse_command_line prints help or what is wrong, and then says with which status to exit.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir::app {

enum class Verb : std::uint8_t {
  run,
  once,
  test,
  check,
  plan,
  create,
  plugins_list,
  plugins_describe,
  status,
  top,
  audit,
  reload,
  log_level,
  queue_ls,
  queue_verify,
  queue_cat,
  queue_export,
  queue_purge,
  queue_requeue,
  version
};

struct CommandLine {
  Verb verb{Verb::run};
  std::vector<std::string> config, config_directories, plugin_directories;
  std::vector<std::string> next;  // config plan NEW
  std::string watch;              // --watch-config: "notify", "poll"; empty: not.
  std::int64_t watch_interval_ns{250'000'000}, watch_debounce_ns{0};
  std::string section_filter, input_filter, output_filter, aggregator_filter, processor_filter;
  std::vector<std::string> select;
  bool debug{false}, quiet{false};
  bool env_non_strict{false}, env_old{false};
  bool json{false};  // config check, plugins: for a program
  std::int64_t test_wait_s{0};
  std::string pidfile;
  std::string ledger_file;              // Where the ledger goes at the end; "-" = stderr.
  std::string metrics_file;             // Where the agent's own metrics go, again and again.
  std::string admin, admin_token_file;  // Where the running agent answers; empty: looked for.
  bool frame{false};                    // top: one look instead of many.
  std::int64_t interval_s{2};           // top: between two looks.
  std::string level;                    // log-level LEVEL; empty: only ask.
  std::string kind, name;       // plugins list KIND, plugins describe KIND.NAME, queue ... NAME
  std::string state_directory;  // queue: where the queues are; empty = what the configuration says
  std::string file;             // queue export NAME FILE
};

// Nothing: the process ends with exit_status (help, version, or a mistake that was said).
std::optional<CommandLine> parse_command_line(int argc, const char* const* argv, int& exit_status);

}  // namespace weir::app
