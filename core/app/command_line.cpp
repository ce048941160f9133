#include "core/app/command_line.hpp"

#include <CLI/CLI.hpp>

#include "core/base/units.hpp"
#include "core/base/version.hpp"

namespace weir::app {
namespace {

constexpr const char* description =
    "Weir collects, processes and delivers metrics, configured by a telegraf.conf.\n\n"
    "  weir --config FILE                run until interrupted\n"
    "  weir --config FILE --test         gather once and print what the inputs give\n"
    "  weir --config FILE --once         run the whole pipeline once\n"
    "  weir config check --config FILE   say everything that is wrong with a configuration\n"
    "  weir config plan NEW              say what a reload would do to each plugin\n"
    "  weir config create                print a configuration to begin with\n"
    "  weir plugins list                 which plugins there are\n"
    "  weir status                       how the running agent does\n"
    "  weir audit                        where its records went\n"
    "  weir queue ls                     what waits on disk for its output\n";

// -config FILE, as Telegraf takes it, means --config FILE.
std::string normalized(std::string_view arg) {
  const bool one_dash = arg.size() > 2 && arg[0] == '-' && arg[1] != '-' && arg[1] != '.' &&
                        (arg[1] < '0' || arg[1] > '9');
  return (one_dash ? "-" : "") + std::string(arg);
}

void add_sources(CLI::App& app, CommandLine& line) {
  app.add_option("--config", line.config, "Configuration file; may be given several times")
      ->type_name("FILE");
  app.add_option("--config-directory", line.config_directories,
                 "Directory of *.conf files; may be given several times")
      ->type_name("DIR");
  app.add_option("--plugin-directory", line.plugin_directories,
                 "Where plugins are looked for first")
      ->type_name("DIR");
  app.add_flag_callback(
      "--strict-env-handling", [&line] { line.env_non_strict = false; },
      "Replace environment variables in values only (the default)");
  app.add_flag("--non-strict-env-handling", line.env_non_strict,
               "Replace environment variables in the raw text");
  app.add_flag("--old-env-behavior", line.env_old, "Leave $$ as it is");
}

void add_filters(CLI::App& app, CommandLine& line) {
  app.add_option("--section-filter", line.section_filter,
                 "Sections for 'config create', separated by colons");
  app.add_option("--input-filter", line.input_filter, "Only these inputs, separated by colons");
  app.add_option("--output-filter", line.output_filter, "Only these outputs");
  app.add_option("--aggregator-filter", line.aggregator_filter,
                 "Aggregators for 'config create'; a run keeps all, as in Telegraf");
  app.add_option("--processor-filter", line.processor_filter,
                 "Processors for 'config create'; a run keeps all, as in Telegraf");
  app.add_option("--select", line.select, "Only plugins whose labels match: key=value;key=value");
}

struct Flags {
  bool once{false}, test{false}, version{false};
};

// "250ms", as in a configuration.
void add_duration(CLI::App& app, const char* name, std::int64_t& ns, const char* what) {
  app.add_option_function<std::string>(
         name,
         [name, &ns](const std::string& text) {
           const auto value = parse_duration(text);
           if (!value.ok() || value.value() < 0) {
             throw CLI::ValidationError(name, "write a duration, as in 250ms");
           }
           ns = value.value();
         },
         what)
      ->type_name("DURATION");
}

void add_watch(CLI::App& app, CommandLine& line) {
  app.add_option("--watch-config", line.watch,
                 "Reload when the configuration's files change: notify, or poll where the file "
                 "system tells nothing")
      ->check(CLI::IsMember({"notify", "poll", "inotify"}));
  add_duration(app, "--watch-interval", line.watch_interval_ns, "Between two looks (250ms)");
  add_duration(app, "--watch-debounce-interval", line.watch_debounce_ns,
               "How long the files have to be at rest");
}

void add_run(CLI::App& app, CommandLine& line, Flags& flags) {
  app.add_flag("--once", flags.once, "Gather once, write once, exit");
  app.add_flag("--test", flags.test, "Gather once and print metrics instead of writing them");
  app.add_option("--test-wait", line.test_wait_s,
                 "Seconds that service inputs get with --test and --once");
  app.add_flag("--debug", line.debug, "Log debug messages");
  app.add_flag("--quiet", line.quiet, "Log errors only");
  app.add_option("--pidfile", line.pidfile, "Write the process id to this file")->type_name("FILE");
  app.add_option("--ledger", line.ledger_file,
                 "At the end, say where every record went (.json: for a program; -: stderr)")
      ->type_name("FILE");
  app.add_option("--metrics", line.metrics_file,
                 "Keep the agent's own metrics in this file, in Prometheus' text format")
      ->type_name("FILE");
  add_watch(app, line);
  app.add_flag("--version", flags.version, "Print the version");
}

CLI::App* add_question(CLI::App& app, CommandLine& line, Verb verb, const char* name,
                       const char* what) {
  CLI::App* command = app.add_subcommand(name, what);
  command->callback([&line, verb] { line.verb = verb; });
  add_sources(*command, line);
  command
      ->add_option(
          "--admin", line.admin,
          "Where the agent answers: unix:PATH or 127.0.0.1:PORT; else as --config says, else "
          "/run/weir/weir.sock")
      ->type_name("ADDRESS");
  command->add_option("--admin-token-file", line.admin_token_file, "File with the token for TCP")
      ->type_name("FILE");
  return command;
}

// What is asked of a running agent.
void add_operator_commands(CLI::App& app, CommandLine& line) {
  add_question(app, line, Verb::status, "status", "How the running agent and each plugin does")
      ->add_flag("--json", line.json, "As the agent says it");
  CLI::App* top =
      add_question(app, line, Verb::top, "top", "The same again and again, busiest first");
  top->add_flag("--once", line.frame, "One look");
  top->add_option("--interval", line.interval_s, "Seconds between two looks")
      ->check(CLI::Range(1, 3600));
  add_question(app, line, Verb::audit, "audit",
               "Where every record went, and what to do about losses");
  add_question(app, line, Verb::reload, "reload",
               "Reload the configuration, and say how that went");
  add_question(app, line, Verb::log_level, "log-level", "Show or change how much the agent logs")
      ->add_option("level", line.level, "error, warn, info, debug or trace");
}

void add_queue_commands(CLI::App& app, CommandLine& line) {
  CLI::App* queue = app.add_subcommand("queue", "Look into queues on disk and dead letters")
                        ->require_subcommand(1);
  const auto add = [&](const char* name, Verb verb, const char* what) {
    CLI::App* command = queue->add_subcommand(name, what);
    command->callback([&line, verb] { line.verb = verb; });
    add_sources(*command, line);
    command
        ->add_option("--state-directory", line.state_directory,
                     "Where the queues are, instead of what the configuration says")
        ->type_name("DIR");
    return command->add_option("queue", line.name,
                               "An output's name, dead/NAME for its dead letters, or a directory");
  };
  add("ls", Verb::queue_ls, "What waits: in all queues, or entry by entry in one");
  add("verify", Verb::queue_verify, "Read everything and check every checksum");
  add("cat", Verb::queue_cat, "Print the records that wait as JSON lines")->required();
  add("export", Verb::queue_export, "Write the batches that wait to a file")->required();
  add("purge", Verb::queue_purge, "Drop everything that waits in a queue")->required();
  add("requeue", Verb::queue_requeue, "Send an output's dead letters again")->required();
  queue->get_subcommand("ls")->add_flag("--json", line.json, "One JSON object a line");
  queue->get_subcommand("export")->add_option("file", line.file, "The file to write")->required();
}

void add_commands(CLI::App& app, CommandLine& line) {
  const auto verb = [&line](Verb v) { return [&line, v] { line.verb = v; }; };
  CLI::App* config =
      app.add_subcommand("config", "Check or create configurations")->require_subcommand(1);
  CLI::App* check = config->add_subcommand(
      "check", "Read a configuration and create its plugins, connect nothing");
  check->callback(verb(Verb::check));
  check->add_flag("--json", line.json, "One JSON object a line");
  add_sources(*check, line);
  CLI::App* plan = config->add_subcommand(
      "plan", "Say what a reload would do to each plugin, from --config to NEW");
  plan->callback(verb(Verb::plan));
  plan->add_option("new", line.next, "The configuration that is to come")->required();
  plan->add_flag("--json", line.json, "As a JSON object");
  add_sources(*plan, line);
  CLI::App* create =
      config->add_subcommand("create", "Print a configuration with every default as a comment");
  create->callback(verb(Verb::create));
  add_sources(*create, line);
  add_filters(*create, line);
  CLI::App* plugins = app.add_subcommand("plugins", "What plugins there are and what they take")
                          ->require_subcommand(1);
  CLI::App* list = plugins->add_subcommand("list", "Names of plugins, by kind");
  list->callback(verb(Verb::plugins_list));
  list->add_option("kind", line.kind,
                   "inputs, processors, aggregators, outputs, parsers or serializers");
  list->add_option("--plugin-directory", line.plugin_directories,
                   "Where plugins are looked for first");
  list->add_flag("--json", line.json, "One JSON object a line");
  CLI::App* describe = plugins->add_subcommand("describe", "The options of one plugin");
  describe->callback(verb(Verb::plugins_describe));
  describe->add_option("plugin", line.name, "For example inputs.cpu")->required();
  describe->add_option("--plugin-directory", line.plugin_directories,
                       "Where plugins are looked for first");
  describe->add_flag("--json", line.json, "As a JSON object");
  add_operator_commands(app, line);
  app.add_subcommand("version", "Print the version")->callback(verb(Verb::version));
  add_queue_commands(app, line);
}

}  // namespace

std::optional<CommandLine> parse_command_line(int argc, const char* const* argv, int& exit_status) {
  CLI::App app(description, "weir");
  CommandLine line;
  Flags flags;
  add_sources(app, line);
  add_filters(app, line);
  add_run(app, line, flags);
  add_commands(app, line);
  std::vector<std::string> args;
  for (int i = argc - 1; i > 0; --i) args.push_back(normalized(argv[i]));
  try {
    app.parse(args);
  } catch (const CLI::ParseError& e) {
    exit_status = app.exit(e);
    return std::nullopt;
  }
  if (flags.once) line.verb = Verb::once;
  if (flags.test) line.verb = Verb::test;
  if (flags.version) line.verb = Verb::version;
  return line;
}

}  // namespace weir::app
