#include "core/config/load.hpp"

#include <algorithm>
#include <utility>

#include "core/config/admin_address.hpp"
#include "core/config/agent.hpp"
#include "core/config/document.hpp"
#include "core/config/files.hpp"
#include "core/config/instances.hpp"
#include "core/config/labels.hpp"
#include "core/config/plugin_reader.hpp"
#include "core/config/queue_names.hpp"
#include "core/config/sort_by.hpp"
#include "core/config/values.hpp"

namespace weir::config {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

LogLevel level_of(const AgentSettings& agent) {
  return agent.quiet ? LogLevel::error : agent.debug ? LogLevel::debug : LogLevel::info;
}

class Loader {
 public:
  Loader(const LoadOptions& options, PluginCatalog& catalog)
      : options_(options),
        catalog_(catalog),
        sources_(std::make_shared<Sources>()),
        reporter_(*sources_),
        values_(reporter_) {}

  LoadResult from_files() { return run(read_files(find_files(options_, reporter_), reporter_)); }

  LoadResult run(std::vector<ConfigText> texts) {
    parse(std::move(texts));
    for (const Node& document : documents_) read_sections(document);
    finish_agent();
    if (!options_.plugins) return result();
    if (options_.on_plugin_path) options_.on_plugin_path(settings_.weir.plugin_path);
    read_plugins();
    order_processors();
    settle_dead_letters();
    check_whole();
    return result();
  }

 private:
  void parse(std::vector<ConfigText> texts) {
    const DocumentOptions document{&options_.environment, options_.env_non_strict,
                                   options_.env_old};
    for (ConfigText& text : texts) {
      settings_.files.push_back(text.name);
      const std::uint32_t file = sources_->add(std::move(text.name), std::move(text.text));
      documents_.push_back(read_document(file, document, reporter_));
    }
  }

  // The section, when it is there and is a table.
  const Member* section(const Node& document, const char* name) {
    const Member* member = document.find(name);
    if (member == nullptr || member->value.is(Node::Kind::table)) return member;
    reporter_.error(member->value.at,
                    "the section \"" + std::string(name) + "\" must be a single table",
                    "write [" + std::string(name) + "]");
    return nullptr;
  }

  void read_sections(const Node& document) {
    for (const char* name : {"tags", "global_tags"}) {
      if (const Member* member = section(document, name)) {
        read_tags(member->value, std::string("[") + name + "]", values_, settings_.global_tags);
      }
    }
    if (const Member* member = section(document, "agent")) {
      if (std::exchange(agent_seen_, true)) {
        reporter_.warning(
            member->value.at,
            "[agent] was in an earlier file too; what is written here replaces it key by key");
      }
      read_agent(member->value, values_, settings_.agent);
    }
    if (const Member* member = section(document, "weir")) {
      read_weir(member->value, values_, settings_.weir);
    }
    if (const Member* member = document.find("secretstores")) {
      reporter_.error(member->value.at, "secret stores are not supported by this version",
                      "give secrets by environment variables");
    }
  }

  // Letters are kept where something is kept anyway.
  void settle_dead_letters() {
    for (OutputSettings& output : settings_.outputs) {
      DeliverySettings& delivery = output.delivery;
      if (delivery.dead_letter != DeadLetterKind::automatic) continue;
      const bool keeps =
          delivery.queue != QueueKind::memory || !settings_.weir.state_directory.empty();
      delivery.dead_letter = keeps ? DeadLetterKind::disk : DeadLetterKind::drop;
    }
  }

  void finish_agent() {
    AgentSettings& agent = settings_.agent;
    agent.log.level = level_of(agent);
    if (agent.omit_hostname) return;
    if (agent.hostname.empty()) agent.hostname = options_.hostname;
    if (!agent.hostname.empty()) set_tag(settings_.global_tags, "host", agent.hostname);
  }

  void read_plugins() {
    const LabelSelector selector(options_.selectors, reporter_);
    for (const Node& document : documents_) {
      for (const Instance& instance : find_instances(document, reporter_)) {
        if (wanted(instance) && selector.selects(*instance.table, values_)) add(instance);
      }
    }
  }

  // As in Telegraf, names restrict inputs and outputs only.
  [[nodiscard]] bool wanted(const Instance& instance) const {
    const bool input = instance.kind == WEIR_INPUT;
    if (!input && instance.kind != WEIR_OUTPUT) return true;
    const std::vector<std::string>& filter = input ? options_.input_filter : options_.output_filter;
    return filter.empty() || contains(filter, instance.name);
  }

  void add(const Instance& instance) {
    PluginReader reader(instance, values_, catalog_);
    switch (instance.kind) {
      case WEIR_INPUT: settings_.inputs.push_back(reader.input()); break;
      case WEIR_PROCESSOR: settings_.processors.push_back(reader.processor()); break;
      case WEIR_AGGREGATOR: settings_.aggregators.push_back(reader.aggregator()); break;
      default:
        settings_.outputs.push_back(reader.output(settings_.agent));
        name_queue(settings_.outputs, settings_.agent, *instance.table, reporter_);
    }
  }

  // Aggregates pass a second set of the same processors.
  void order_processors() {
    auto& processors = settings_.processors;
    sort_by(processors, [](const ProcessorSettings& processor) { return processor.order; });
    const bool skip_after = settings_.agent.skip_processors_after_aggregators.value_or(false);
    if (!settings_.aggregators.empty() && !skip_after) settings_.aggregate_processors = processors;
    if (settings_.agent.skip_processors_before_aggregators) processors.clear();
  }

  // Where the last file says the option of a section.
  [[nodiscard]] At option(const char* section, const char* name) const {
    At at;
    for (const Node& document : documents_) {
      const Member* table = document.find(section);
      const Member* found = table == nullptr ? nullptr : table->value.find(name);
      if (found != nullptr) at = found->key.at;
    }
    return at;
  }

  void check_whole() {
    const AgentSettings& agent = settings_.agent;
    if (agent.skip_processors_before_aggregators &&
        agent.skip_processors_after_aggregators.value_or(false)) {
      reporter_.error(option("agent", "skip_processors_after_aggregators"),
                      "\"skip_processors_after_aggregators\" and "
                      "\"skip_processors_before_aggregators\" cannot both be true",
                      "no processor would ever run");
    }
    check_admin();
    // What is missing may stand where something could not be read.
    if (reporter_.has_errors()) return;
    if (options_.require_inputs && settings_.inputs.empty()) {
      reporter_.error({}, "no inputs found: there is nothing to gather",
                      "add one: [[inputs.NAME]]");
    }
    if (options_.require_outputs && settings_.outputs.empty()) {
      reporter_.error({}, "no outputs found: there is nowhere to write to",
                      "add one: [[outputs.NAME]]");
    }
  }

  // Whoever reaches a TCP port of this machine is any of its users, not one with a right to it.
  void check_admin() {
    const WeirSettings& weir = settings_.weir;
    const auto address = parse_admin_address(weir.admin);
    if (!address.ok() || !address.value().tcp() || !weir.admin_token_file.empty()) return;
    reporter_.error(option("weir", "admin"),
                    "\"admin\" is a TCP address, and \"admin_token_file\" is missing",
                    "name a file with a secret token, or use \"unix:/run/weir/weir.sock\"");
  }

  LoadResult result() {
    LoadResult result;
    result.diagnostics = reporter_.finish();
    result.sources = sources_;
    if (!has_errors(result.diagnostics)) result.settings = std::move(settings_);
    return result;
  }

  const LoadOptions& options_;
  PluginCatalog& catalog_;
  std::shared_ptr<Sources> sources_;
  Reporter reporter_;
  Values values_;
  std::vector<Node> documents_;
  Settings settings_;
  bool agent_seen_{false};
};

}  // namespace

LoadResult load(const LoadOptions& options, PluginCatalog& catalog) {
  return Loader(options, catalog).from_files();
}

LoadResult load_texts(const std::vector<ConfigText>& texts, const LoadOptions& options,
                      PluginCatalog& catalog) {
  return Loader(options, catalog).run(texts);
}

std::vector<std::string> split_filter(std::string_view names) {
  std::vector<std::string> parts;
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(':'), names.size());
    if (end > 0) parts.emplace_back(names.substr(0, end));
    names.remove_prefix(std::min(names.size(), end + 1));
  }
  return parts;
}

Diagnostic diagnose_option(const Sources& sources, const PluginSettings& plugin,
                           std::string_view path, std::string_view message) {
  Place place = plugin.place;
  for (std::string part(path); !part.empty();) {
    const auto found = plugin.option_places.find(part);
    if (found != plugin.option_places.end()) {
      place = found->second;
      break;
    }
    const std::size_t cut = part.find_last_of(".[");
    part.resize(cut == std::string::npos ? 0 : cut);
  }
  Diagnostic d;
  d.message = std::string(path) + (path.empty() ? "" : ": ") + std::string(message);
  if (place.file >= sources.size()) return d;
  const SourceFile& file = sources.file(place.file);
  d.file = file.name();
  d.line = place.line;
  d.column = place.column;
  d.width = file.value_width(place.line, place.column);
  d.source = file.shown_line(place.line);
  return d;
}

}  // namespace weir::config
