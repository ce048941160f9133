#pragma once

// What one configuration names, built. A reload builds the next graph beside the running one: what did not change is
// in both.
//
// Ownership  Each part keeps the settings alive that it was made of.
// Threads    The control thread.

#include <memory>
#include <string>
#include <vector>

#include "core/config/plan.hpp"
#include "core/config/settings.hpp"
#include "core/pipeline/aggregate_stage.hpp"
#include "core/pipeline/input.hpp"
#include "core/pipeline/output.hpp"
#include "core/pipeline/processor_stage.hpp"

namespace weir::pipeline {

struct BuildError {
  const config::PluginSettings* plugin;  // Which one said no.
  std::string path, message;             // path: the option, may be empty.
};

using SharedSettings = std::shared_ptr<const config::Settings>;

struct Graph {
  SharedSettings settings;
  // In the order of the settings.
  std::vector<std::shared_ptr<Input>> inputs;
  std::vector<std::shared_ptr<ProcessorStage>> processors, aggregate_processors;
  std::vector<std::shared_ptr<Aggregator>> aggregators;
  std::vector<std::shared_ptr<Output>> outputs;

  std::uint64_t epoch{0};  // Of the formats' numbers.
  std::vector<std::shared_ptr<SharedFormat>> formats;
  std::vector<std::shared_ptr<SharedFormat>> format_of;  // Of each output; may be empty.
  std::shared_ptr<AggregateStage> aggregate;             // None without aggregators.
  Road road;                                             // Behind the inputs' own stages.
  RoadRef aggregate_road;                                // Of what aggregators make.
};

// What all graphs of a pipeline share.
struct GraphSite {
  const Services& services;
  const std::shared_ptr<Gate>& aggregate_gate;
  metrics::Node& aggregation;
};

// Makes what is not in the graph before, or not as it is there; starts nothing and leaves the graph before alone.
// False: a plugin said no.
bool build_graph(const GraphSite& site, SharedSettings settings, const Graph& before,
                 const config::Plan& plan, Graph& graph, BuildError& why);
// From now on records take this graph's road: its inputs' lanes, formats and dead letters.
void connect_graph(const Services& services, const Graph& graph);

}  // namespace weir::pipeline
