#include "core/app/commands.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "core/app/configuration.hpp"
#include "core/base/version.hpp"
#include "core/config/describe.hpp"
#include "core/config/sample.hpp"
#include "core/runtime/agent.hpp"
#include "core/runtime/machine.hpp"

namespace weir::app {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::uint16_t kinds[] = {WEIR_INPUT,  WEIR_PROCESSOR, WEIR_AGGREGATOR,
                                   WEIR_OUTPUT, WEIR_PARSER,    WEIR_SERIALIZER};

// Written when the run begins, removed when it ends.
class PidFile {
 public:
  explicit PidFile(std::string path) : path_(std::move(path)) {
    if (path_.empty()) return;
    std::ofstream file(path_);
    file << ::getpid() << '\n';
    if (!file) Logger("agent").error("the pid file " + path_ + " could not be written");
  }
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;
  ~PidFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

 private:
  const std::string path_;
};

void write_ledger(const metrics::Ledger& ledger, const std::string& path) {
  if (path.empty()) return;
  const bool json = path.size() > 5 && path.substr(path.size() - 5) == ".json";
  const std::string text = json ? ledger.json_lines() : ledger.table();
  if (path == "-") {
    std::fputs(text.c_str(), stderr);
    return;
  }
  std::ofstream file(path);
  file << text;
  if (!file.flush()) Logger("agent").error("the ledger could not be written to " + path);
}

// Whoever reads the file sees one page or the next, never half of one.
void write_page(const std::string& page, const std::string& path) {
  const std::string fresh = path + ".new";
  std::ofstream file(fresh);
  file << page;
  file.close();
  if (!file || ::rename(fresh.c_str(), path.c_str()) != 0) {
    Logger("agent").error("the metrics could not be written to " + path +
                          ": the folder has to exist and to be writable (--metrics)");
  }
}

bool set_log(const config::Settings& settings) {
  const std::string why = configure_log(settings.agent.log);
  if (!why.empty()) std::fprintf(stderr, "weir: %s\n", why.c_str());
  return why.empty();
}

void prepare_process(const config::Settings& settings) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
  const char* wanted = std::getenv("WEIR_CORE_DUMPS");
  runtime::forbid_core_dumps(wanted != nullptr && std::string_view(wanted) == "1");
  const std::int64_t files = runtime::raise_file_limit();
  const std::string why = runtime::file_shortage(runtime::files_wanted(settings), files);
  if (!why.empty()) Logger("agent").warn(why);
}

int run_mode(runtime::Agent& agent, const CommandLine& line) {
  if (line.verb == Verb::run) {
    const PidFile pid(line.pidfile);
    return agent.run();
  }
  return agent.once(line.test_wait_s * second_ns);
}

// The first load comes before the agent exists: it needs the memory limit and the number of threads.
std::unique_ptr<runtime::Agent> make_agent(Configuration& configuration, Catalog& catalog,
                                           std::unique_ptr<config::Settings>& first,
                                           const CommandLine& line) {
  runtime::Agent::Callbacks callbacks;
  callbacks.load = [&configuration, &first] {
    return first ? std::move(first) : configuration.load();
  };
  callbacks.reason = [&configuration] { return configuration.reason(); };
  callbacks.refused = [&configuration](const auto& why) { configuration.print_refusal(why); };
  callbacks.trusted = [&catalog](const weir_plugin* p) { return catalog.trusted(p); };
  if (!line.watch.empty()) {
    callbacks.watch =
        runtime::ConfigWatch::Settings{line.watch == "poll", first->files, line.config_directories,
                                       line.watch_interval_ns, line.watch_debounce_ns};
  }
  const std::string& metrics_file = line.metrics_file;
  if (!metrics_file.empty()) {
    callbacks.publish = [metrics_file](const auto& page) { write_page(page, metrics_file); };
  }
  return std::make_unique<runtime::Agent>(first->weir, std::move(callbacks));
}

void print_plugin(const CommandLine& line, const std::string& name, const Catalog::Found& found) {
  const weir_plugin* known = found.descriptor;
  if (!line.json) {
    const char* summary = known != nullptr ? known->summary : found.why.c_str();
    std::printf("%-28s %s\n", name.c_str(), summary);
  } else if (known != nullptr) {
    std::printf("%s\n", config::describe_json(*known).c_str());
  }
}

}  // namespace

int run_agent(const CommandLine& line) {
  Catalog catalog(line.plugin_directories);
  Configuration configuration(line, catalog);
  auto first = configuration.load();
  if (!first || !set_log(*first)) return 1;
  prepare_process(*first);
  const auto agent = make_agent(configuration, catalog, first, line);
  const int status = run_mode(*agent, line);
  write_ledger(agent->ledger(), line.ledger_file);
  agent->finish(status);
  catalog.finish();
  return status;
}

int config_check(const CommandLine& line) {
  Catalog catalog(line.plugin_directories);
  Configuration configuration(line, catalog);
  auto first = configuration.load();
  if (!first || !set_log(*first)) return 1;
  const auto agent = make_agent(configuration, catalog, first, {});
  const bool ok = agent->check();
  agent->finish(ok ? 0 : 1);
  if (ok && !line.json) {
    std::fprintf(stderr, "configuration is valid, %zu warnings\n", configuration.warnings());
  }
  return ok ? 0 : 1;
}

int config_create(const CommandLine& line) {
  Catalog catalog(line.plugin_directories);
  config::SampleOptions options;
  options.sections = config::split_filter(line.section_filter);
  options.inputs = config::split_filter(line.input_filter);
  options.outputs = config::split_filter(line.output_filter);
  options.processors = config::split_filter(line.processor_filter);
  options.aggregators = config::split_filter(line.aggregator_filter);
  std::fputs(config::sample_config(options, catalog).c_str(), stdout);
  return 0;
}

int plugins_list(const CommandLine& line) {
  Catalog catalog(line.plugin_directories);
  for (const std::uint16_t kind : kinds) {
    const std::string label = pipeline::kind_label(kind);
    if (!line.kind.empty() && line.kind != label) continue;
    for (const std::string& name : catalog.names(kind)) {
      print_plugin(line, label + "." + name, catalog.find(kind, name));
    }
  }
  return 0;
}

int plugins_describe(const CommandLine& line) {
  Catalog catalog(line.plugin_directories);
  const std::size_t dot = line.name.find('.');
  for (const std::uint16_t kind : kinds) {
    if (dot == std::string::npos || pipeline::kind_label(kind) != line.name.substr(0, dot)) {
      continue;
    }
    const auto found = catalog.find(kind, line.name.substr(dot + 1));
    if (found.descriptor == nullptr) {
      std::fprintf(stderr, "weir: %s\n", found.why.c_str());
      return 1;
    }
    const std::string text = line.json ? config::describe_json(*found.descriptor) + "\n"
                                       : config::describe_markdown(*found.descriptor);
    std::fputs(text.c_str(), stdout);
    return 0;
  }
  std::fprintf(stderr, "weir: \"%s\" names no plugin: write a kind and a name, as in inputs.cpu\n",
               line.name.c_str());
  return 1;
}

int print_version() {
  std::printf("Weir %s\n", version);
  return 0;
}

}  // namespace weir::app
