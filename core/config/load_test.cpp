#include "core/config/load.hpp"

#include <gtest/gtest.h>

#include "core/config/sources.hpp"
#include "core/config/test_catalog.hpp"

namespace weir::config {
namespace {

constexpr std::int64_t second = 1'000'000'000;

Settings settings_of(const std::string& text, const LoadOptions* options = nullptr) {
  LoadResult result = load_text(text, options);
  EXPECT_TRUE(result.settings.has_value()) << brief(result.diagnostics);
  return result.settings ? std::move(*result.settings) : Settings{};
}

std::string said_of(const std::string& text, const LoadOptions* options = nullptr) {
  return brief(load_text(text, options).diagnostics);
}

template <typename T>
std::string names_of_all(const std::vector<T>& plugins) {
  std::string text;
  for (const auto& plugin : plugins) text += (text.empty() ? "" : " ") + plugin.name + plugin.alias;
  return text;
}

TEST(Agent, HasTelegrafsDefaults) {
  const AgentSettings agent = settings_of("").agent;
  EXPECT_EQ(agent.interval_ns, 10 * second);
  EXPECT_TRUE(agent.round_interval);
  EXPECT_EQ(agent.metric_batch_size, 1000);
  EXPECT_EQ(agent.metric_buffer_limit, 10000);
  EXPECT_EQ(agent.log.level, LogLevel::info);
}

TEST(Agent, TakesEveryOption) {
  const AgentSettings agent = settings_of(R"([agent]
  interval = "1h30m"
  RoundInterval = false
  metricbatchsize = 5
  MetricBufferLimit = +50
  collection_jitter = 1.5
  collection_offset = "1d"
  flush_interval = "1.5s"
  flush_jitter = "10ms"
  precision = 0.5
  quiet = true
  debug = true
  logformat = "structured"
  structured_log_message_key = "m"
  logfile = "/x"
  logfile_rotation_interval = "1h"
  logfile_rotation_max_size = "1MB"
  logfile_rotation_max_archives = -1
  log_with_timezone = "local"
  hostname = "h"
  statefile = "/s"
  always_include_local_tags = true
  always_include_global_tags = true
  skip_processors_before_aggregators = true
  skip_processors_after_aggregators = false
  buffer_strategy = "memory"
)")
                                  .agent;
  EXPECT_EQ(agent.interval_ns, 5400 * second);
  EXPECT_FALSE(agent.round_interval);
  EXPECT_EQ(agent.metric_batch_size, 5);
  EXPECT_EQ(agent.metric_buffer_limit, 50);
  EXPECT_EQ(agent.collection_jitter_ns, 3 * second / 2);
  EXPECT_EQ(agent.collection_offset_ns, 86400 * second);
  EXPECT_EQ(agent.flush_interval_ns, 3 * second / 2);
  EXPECT_EQ(agent.flush_jitter_ns, second / 100);
  EXPECT_EQ(agent.precision_ns, second / 2);
  EXPECT_EQ(agent.log.level, LogLevel::error);  // quiet holds.
  EXPECT_TRUE(agent.log.json);
  EXPECT_EQ(agent.log.message_key, "m");
  EXPECT_EQ(agent.log.rotation_interval_ns, 3600 * second);
  EXPECT_EQ(agent.log.rotation_max_bytes, 1'000'000);
  EXPECT_EQ(agent.log.rotation_max_archives, -1);
  EXPECT_EQ(agent.log.timezone, "local");
  EXPECT_EQ(agent.statefile, "/s");
  EXPECT_TRUE(agent.always_include_local_tags && agent.always_include_global_tags);
  EXPECT_EQ(agent.skip_processors_after_aggregators, false);
}

TEST(Weir, TakesItsOptions) {
  const WeirSettings weir =
      settings_of(
          "[weir]\nmemory_limit = \"64MiB\"\nthreads = 3\nplugin_path = [\"/a\"]\n"
          "shutdown_timeout = \"5s\"\nmax_record_bytes = 100\nmax_hung = 2\nadmin = \"\"\npin = "
          "true\n")
          .weir;
  EXPECT_EQ(weir.memory_limit_bytes, 64 << 20);
  EXPECT_EQ(weir.threads, 3);
  EXPECT_TRUE(weir.pin);
  EXPECT_EQ(weir.plugin_path, std::vector<std::string>{"/a"});
  EXPECT_EQ(weir.shutdown_timeout_ns, 5 * second);
  EXPECT_EQ(weir.max_record_bytes, 100);
  EXPECT_EQ(weir.max_hung, 2);
  EXPECT_EQ(settings_of("[weir]\nmemory_limit = \"auto\"\n").weir.memory_limit_bytes, 0);
}

TEST(Load, WantsInputsAndOutputs) {
  LoadOptions options = test_options();
  options.require_inputs = options.require_outputs = true;
  EXPECT_EQ(said_of("", &options),
            "error: no inputs found: there is nothing to gather\n= add one: [[inputs.NAME]]\n"
            "error: no outputs found: there is nowhere to write to\n= add one: [[outputs.NAME]]\n");
  EXPECT_EQ(said_of("[[inputs.mem]]\n[[outputs.discard]]", &options), "");
}

TEST(Load, TakesEveryWayToNameAPlugin) {
  const Settings settings =
      settings_of("[inputs.mem]\n[plugins.file]\nfiles=[]\n[probe]\n[outputs.discard]\n");
  EXPECT_EQ(names_of_all(settings.inputs), "mem file probe");
  EXPECT_EQ(names_of_all(settings.outputs), "discard");
}

TEST(Load, SetsTheHostTag) {
  EXPECT_EQ(settings_of("").global_tags, (Tags{{"host", "machine"}}));
  EXPECT_EQ(
      settings_of("[agent]\nhostname = \"h\"\n[global_tags]\nhost = \"x\"\na = \"1\"").global_tags,
      (Tags{{"a", "1"}, {"host", "h"}}));
  EXPECT_EQ(settings_of("[agent]\nomit_hostname = true\n[tags]\nz = \"1\"").global_tags,
            (Tags{{"z", "1"}}));
}

TEST(Load, MergesFiles) {
  TestCatalog catalog;
  const LoadResult result =
      load_texts({{"a",
                   "[agent]\ninterval = \"1s\"\nomit_hostname = true\n[global_tags]\na = \"1\"\nb "
                   "= \"1\"\n[[inputs.mem]]"},
                  {"b",
                   "[agent]\nflush_interval = \"2s\"\ninterval = \"3s\"\n[global_tags]\nb = "
                   "\"2\"\n[[inputs.probe]]"}},
                 test_options(), catalog);
  ASSERT_TRUE(result.settings);
  EXPECT_EQ(result.settings->agent.interval_ns, 3 * second);
  EXPECT_EQ(result.settings->agent.flush_interval_ns, 2 * second);
  EXPECT_EQ(result.settings->global_tags, (Tags{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(names_of_all(result.settings->inputs), "mem probe");
  EXPECT_EQ(result.settings->inputs[1].place.file, 1U);
  EXPECT_EQ(result.settings->files, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(brief(result.diagnostics),
            "1:1: warning: [agent] was in an earlier file too; what is written here replaces it "
            "key by key\n");
}

TEST(Load, ReadsCommonOptionsOfInputs) {
  const InputSettings input = settings_of(R"([[inputs.mem]]
  alias = "one"
  interval = "5s"
  precision = "1ms"
  collection_jitter = "0s"
  collection_offset = "0s"
  name_override = "o"
  name_prefix = "p"
  name_suffix = "s"
  tags = {b = "2", a = "1"}
  log_level = "debug"
  startup_error_behavior = "probe"
  on_loss = "nack"
  max_series = 9
  isolation = "inproc"
)")
                                  .inputs.at(0);
  EXPECT_EQ(input.alias, "one");
  EXPECT_EQ(input.interval_ns, 5 * second);
  EXPECT_EQ(input.precision_ns, second / 1000);
  EXPECT_EQ(input.collection_jitter_ns, 0);
  EXPECT_FALSE(input.collection_offset_ns.has_value());
  EXPECT_EQ(input.names.name_override + input.names.name_prefix + input.names.name_suffix, "ops");
  EXPECT_EQ(input.tags, (Tags{{"a", "1"}, {"b", "2"}}));
  EXPECT_EQ(input.log_level, LogLevel::debug);
  EXPECT_EQ(input.startup_error_behavior, StartupErrorBehavior::probe);
  EXPECT_TRUE(input.on_loss_nack);
  EXPECT_EQ(input.max_series, 9);
  EXPECT_FALSE(input.parser.has_value());
}

TEST(Load, ReadsFilters) {
  const FilterSettings filter = settings_of(R"([[inputs.mem]]
  namepass = ["a*"]
  namedrop = ["b"]
  namepass_separator = "."
  pass = ["1"]
  fieldpass = ["2"]
  fieldinclude = ["3"]
  drop = ["4"]
  fielddrop = ["5"]
  fieldexclude = ["6"]
  taginclude = ["7"]
  tagexclude = ["8"]
  [inputs.mem.tagpass]
    "ho*" = ["a", "c"]
  [inputs.mem.tagdrop]
    x = []
)")
                                    .inputs.at(0)
                                    .filter;
  using List = std::vector<std::string>;
  EXPECT_EQ(filter.namepass, List{"a*"});
  EXPECT_EQ(filter.namepass_separator, ".");
  EXPECT_EQ(filter.fieldinclude, (List{"1", "2", "3"}));
  EXPECT_EQ(filter.fieldexclude, (List{"4", "5", "6"}));
  ASSERT_EQ(filter.tagpass.size(), 1U);
  EXPECT_EQ(filter.tagpass[0].key, "ho*");
  EXPECT_EQ(filter.tagpass[0].patterns, (List{"a", "c"}));
  EXPECT_EQ(filter.tagdrop[0].key, "x");
}

TEST(Load, ReadsOutputs) {
  const Settings settings = settings_of(R"([[outputs.discard]]
  metric_batch_size = 7
  metric_buffer_limit = "8"
  flush_interval = "1s"
  flush_jitter = "0s"
  [outputs.discard.delivery]
    overflow = "drop_oldest"
    overflow_wait = "1s"
    retry_initial = "2s"
    retry_max = "3s"
    max_attempts = 4
    max_age = "5s"
    queue = "memory"
    max_bytes = "1GiB"
    dead_letter = "drop"
    concurrency = "fixed"
[agent]
  metric_buffer_limit = 99
)");
  const OutputSettings& output = settings.outputs.at(0);
  EXPECT_EQ(output.metric_batch_size, 7);
  EXPECT_EQ(output.metric_buffer_limit, 99);
  EXPECT_EQ(output.flush_interval_ns, second);
  EXPECT_FALSE(output.flush_jitter_ns.has_value());
  EXPECT_EQ(output.delivery.overflow, Overflow::drop_oldest);
  EXPECT_EQ(output.delivery.overflow_wait_ns, second);
  EXPECT_EQ(output.delivery.retry_initial_ns, 2 * second);
  EXPECT_EQ(output.delivery.retry_max_ns, 3 * second);
  EXPECT_EQ(output.delivery.max_attempts, 4);
  EXPECT_EQ(output.delivery.max_age_ns, 5 * second);
}

TEST(Load, ReadsAggregators) {
  const AggregatorSettings aggregator =
      settings_of(
          "[[aggregators.minmax]]\nperiod = \"1s\"\ngrace = \"2s\"\ndelay = \"3s\"\ndrop_original "
          "= \"True\"\ntags = {a = \"b\"}")
          .aggregators.at(0);
  EXPECT_EQ(aggregator.period_ns, second);
  EXPECT_EQ(aggregator.grace_ns, 2 * second);
  EXPECT_EQ(aggregator.delay_ns, 3 * second);
  EXPECT_TRUE(aggregator.drop_original);
}

TEST(Load, GivesAnOptionToThePluginThatDeclaresIt) {
  const Settings settings = settings_of(
      "[[processors.override]]\nname_suffix = \"_x\"\n[processors.override.tags]\na = \"b\"\n");
  EXPECT_EQ(settings.processors.at(0).option_places.count("tags.a"), 1U);
  EXPECT_EQ(settings.processors.at(0).option_places.count("name_suffix"), 1U);
}

TEST(Load, FindsFormats) {
  const Settings settings = settings_of(
      "[[inputs.file]]\nfiles=[]\n[[inputs.exec_like]]\n[[inputs.exec_like]]\ndata_format = "
      "\"csv\"\ncsv_header_row_count = 1\n"
      "[[outputs.file]]\nfiles=[]\ninflux_sort_fields = true\n[[processors.both]]\ndata_format = "
      "\"json\"\n");
  EXPECT_EQ(settings.inputs[0].parser->name, "influx");
  EXPECT_EQ(settings.inputs[1].parser->name, "json");  // The descriptor's own default.
  EXPECT_EQ(settings.inputs[2].parser->name, "csv");
  EXPECT_EQ(settings.outputs[0].serializer->name, "influx");
  EXPECT_EQ(settings.outputs[0].serializer->options.n, 2U);
  EXPECT_EQ(settings.processors[0].parser->name, "json");
  EXPECT_EQ(settings.processors[0].serializer->name, "json");
}

TEST(Load, OrdersProcessorsStably) {
  const Settings settings = settings_of(
      "[[processors.override]]\nalias=\"1\"\norder=1\n[[processors.both]]\nalias=\"u\"\n[["
      "processors.override]]\nalias=\"n\"\norder=-1\n[[processors.both]]\nalias=\"v\"\n[["
      "aggregators.minmax]]");
  EXPECT_EQ(names_of_all(settings.processors), "overriden bothu bothv override1");
  EXPECT_EQ(names_of_all(settings.aggregate_processors), "overriden bothu bothv override1");
}

TEST(Load, SkipsProcessorsAsAsked) {
  const std::string rest = "[[processors.both]]\n[[aggregators.minmax]]\n";
  const Settings before =
      settings_of("[agent]\nskip_processors_before_aggregators = true\n" + rest);
  EXPECT_EQ(names_of_all(before.processors) + '|' + names_of_all(before.aggregate_processors),
            "|both");
  const Settings after = settings_of("[agent]\nskip_processors_after_aggregators = true\n" + rest);
  EXPECT_EQ(names_of_all(after.processors) + '|' + names_of_all(after.aggregate_processors),
            "both|");
  EXPECT_EQ(names_of_all(settings_of("[[processors.both]]").aggregate_processors), "");
}

TEST(Load, RestrictsInputsAndOutputsByName) {
  LoadOptions options = test_options();
  options.input_filter = split_filter("mem:nothing");
  options.output_filter = split_filter(":discard:");
  const Settings settings = settings_of(
      "[[inputs.mem]]\n[[inputs.no_such]]\n[[outputs.no_such]]\n[[outputs.discard]]\n[[processors."
      "both]]",
      &options);
  EXPECT_EQ(names_of_all(settings.inputs) + '|' + names_of_all(settings.outputs) + '|' +
                names_of_all(settings.processors),
            "mem|discard|both");
}

TEST(Load, SelectsByLabels) {
  const std::string text =
      "[[inputs.mem]]\nalias=\"none\"\n[[inputs.mem]]\nalias=\"a\"\nlabels={app=\"pay-1\", "
      "env=\"prod\"}\n[[inputs.mem]]\nalias=\"b\"\nlabels={app=\"web\", env=\"prod\"}\n";
  LoadOptions options = test_options();
  const auto selected = [&](std::vector<std::string> selectors) {
    options.selectors = std::move(selectors);
    return names_of_all(settings_of(text, &options).inputs);
  };
  EXPECT_EQ(selected({}), "memnone mema memb");
  EXPECT_EQ(selected({"app=pay*"}), "memnone mema");
  EXPECT_EQ(selected({"env=prod; app = web"}), "memnone memb");
  EXPECT_EQ(selected({"app=pay-?", "app=web"}), "memnone mema memb");
  EXPECT_EQ(selected({"zone=x"}), "memnone");
  options.selectors = {"app"};
  EXPECT_EQ(said_of(text, &options),
            "error: the selector \"app\" is not of the form key=value;key=value\n");
}

TEST(Load, TellsThePluginPathBeforeAskingForPlugins) {
  LoadOptions options = test_options();
  TestCatalog catalog;
  std::string seen;
  options.on_plugin_path = [&](const std::vector<std::string>& path) {
    EXPECT_TRUE(catalog.asked.empty());
    seen = path.at(0);
  };
  const LoadResult result =
      load_texts({{"x", "[[inputs.mem]]\n[weir]\nplugin_path = [\"/p\"]\n"}}, options, catalog);
  EXPECT_EQ(seen, "/p");
  EXPECT_EQ(catalog.asked, std::vector<std::string>{"inputs.mem"});
}

TEST(Load, GivesStableIds) {
  const auto id = [](const std::string& text) { return settings_of(text).inputs.at(0).id; };
  const std::string base = id("[[inputs.probe]]\ncount = 1\ntext = \"a\"");
  EXPECT_EQ(base.size(), 32U);
  EXPECT_EQ(id("# c\n[inputs.probe]\ntext = 'a'\ncount = +1"), base);
  EXPECT_NE(id("[[inputs.probe]]\ncount = 2\ntext = \"a\""), base);
  EXPECT_NE(id("[[inputs.probe]]\ncount = 1\ntext = \"b\""), base);
  EXPECT_NE(id("[[inputs.mem]]"), id("[[inputs.probe]]"));
}

// Goal: a fault that a plugin finds points into the file like any other.
TEST(DiagnoseOption, PointsAtTheOption) {
  const LoadResult result =
      load_text("[[inputs.probe]]\n[[inputs.probe.rules]]\npattern = \"(a\" # c\n");
  ASSERT_TRUE(result.settings);
  const PluginSettings& plugin = result.settings->inputs.at(0);
  EXPECT_EQ(render(diagnose_option(*result.sources, plugin, "rules[0].pattern", "missing )")),
            "x.conf:3:11: error: rules[0].pattern: missing )\n"
            "    3 | pattern = \"(a\" # c\n"
            "      |           ^~~~\n");
  EXPECT_EQ(diagnose_option(*result.sources, plugin, "rules[0].fields[3]", "x").line, 2U);
  EXPECT_EQ(diagnose_option(*result.sources, plugin, "text", "x").line, 1U);
  EXPECT_EQ(diagnose_option(*result.sources, plugin, "", "x").message, "x");
}

TEST(SplitFilter, LeavesOutEmptyParts) {
  EXPECT_EQ(split_filter("cpu:mem"), (std::vector<std::string>{"cpu", "mem"}));
  EXPECT_EQ(split_filter(":cpu::"), (std::vector<std::string>{"cpu"}));
  EXPECT_TRUE(split_filter("").empty());
}

}  // namespace
}  // namespace weir::config
