#include "core/pipeline/graph.hpp"

#include <algorithm>
#include <utility>

namespace weir::pipeline {
namespace {

using Change = config::Change;

std::uint64_t share_of(const Services& services, const Graph& graph) {
  const auto n =
      static_cast<std::int64_t>(std::max<std::size_t>(graph.settings->outputs.size(), 1));
  return static_cast<std::uint64_t>(services.budget.queue_limit_bytes() / n);
}

// The output that takes what this one gives up; nullptr: there is no such alias.
std::shared_ptr<Output> taker_of(const Graph& graph, const Output& output) {
  const auto to = std::find_if(graph.outputs.begin(), graph.outputs.end(), [&](const auto& o) {
    return o->instance().spec().alias == output.letters_to() && o.get() != &output;
  });
  return to == graph.outputs.end() ? nullptr : *to;
}

class Builder {
 public:
  Builder(const GraphSite& site, const Graph& before, const config::Plan& plan, Graph& graph,
          BuildError& why)
      : site_(site), before_(before), plan_(plan), graph_(graph), why_(why) {}

  bool run() {
    const bool ok =
        outputs() && check_letters() &&
        processors(plan_.processors, &config::Settings::processors, &Graph::processors) &&
        processors(plan_.aggregate_processors, &config::Settings::aggregate_processors,
                   &Graph::aggregate_processors) &&
        aggregators() && inputs();
    if (!ok) return false;
    share_formats();
    lay_roads();
    return true;
  }

 private:
  // make: of the settings and the one before, which may be nullptr.
  template <typename T, typename S, typename Make>
  bool take_or_make(const config::Changes& changes, const std::vector<S>& settings,
                    std::vector<std::shared_ptr<T>> Graph::* list, const Make& make) {
    for (std::size_t i = 0; i < settings.size(); ++i) {
      std::shared_ptr<T> old;
      if (changes[i].before != Change::none) old = (before_.*list)[changes[i].before];
      if (changes[i].what == Change::What::same) {
        (graph_.*list).push_back(std::move(old));
        continue;
      }
      Instance::Refusal refusal{};
      std::unique_ptr<T> made = make(settings[i], old.get(), refusal);
      if (!made) return why_ = {&settings[i], refusal.path, refusal.message}, false;
      (graph_.*list)
          .push_back(std::shared_ptr<T>(made.release(), [kept = graph_.settings](T* gone) {
            std::default_delete<T>()(gone);
          }));
    }
    return true;
  }

  bool outputs() {
    return take_or_make(plan_.outputs, graph_.settings->outputs, &Graph::outputs,
                        [this](const auto& settings, Output* old, auto& refusal) {
                          return Output::make(site_.services, settings, graph_.settings->agent,
                                              share_of(site_.services, graph_), refusal, old);
                        });
  }
  bool check_letters() {
    for (std::size_t i = 0; i < graph_.outputs.size(); ++i) {
      const std::string& alias = graph_.outputs[i]->letters_to();
      if (alias.empty() || taker_of(graph_, *graph_.outputs[i])) continue;
      why_ = {&graph_.settings->outputs[i], "delivery",
              "dead_letter: there is no other output with the alias \"" + alias + "\""};
      return false;
    }
    return true;
  }
  bool processors(const config::Changes& changes,
                  std::vector<config::ProcessorSettings> config::Settings::* settings,
                  std::vector<std::shared_ptr<ProcessorStage>> Graph::* list) {
    return take_or_make(changes, (*graph_.settings).*settings, list,
                        [this](const auto& one, ProcessorStage* old, auto& refusal) {
                          return ProcessorStage::make(
                              site_.services, one, refusal,
                              old == nullptr ? nullptr : &old->instance().node());
                        });
  }
  bool aggregators() {
    return take_or_make(plan_.aggregators, graph_.settings->aggregators, &Graph::aggregators,
                        [this](const auto& one, Aggregator* old, auto& refusal) {
                          return Aggregator::make(
                              site_.services, one, refusal,
                              old == nullptr ? nullptr : &old->instance().node());
                        });
  }
  bool inputs() {
    return take_or_make(plan_.inputs, graph_.settings->inputs, &Graph::inputs,
                        [this](const auto& one, Input* old, auto& refusal) {
                          return Input::make(site_.services, one, *graph_.settings, refusal, old);
                        });
  }

  void share_formats() {
    if (graph_.outputs == before_.outputs) {
      graph_.epoch = before_.epoch;
      graph_.formats = before_.formats;
      graph_.format_of = before_.format_of;
      return;
    }
    graph_.epoch = before_.epoch + 1;
    graph_.format_of.resize(graph_.outputs.size());
    std::vector<std::size_t> left;
    for (std::size_t i = 0; i < graph_.outputs.size(); ++i) {
      if (graph_.outputs[i]->shareable() != nullptr) left.push_back(i);
    }
    while (!left.empty()) {
      const config::FormatSettings& format = *graph_.outputs[left.front()]->shareable();
      const auto same = std::stable_partition(left.begin(), left.end(), [&](std::size_t i) {
        return *graph_.outputs[i]->shareable() != format;
      });
      share_format({same, left.end()});
      left.erase(same, left.end());
    }
  }

  // The serializer's plugin and its place in the ledger are those of the first output.
  void share_format(const std::vector<std::size_t>& outputs) {
    if (outputs.size() < 2) return;
    Instance& first = graph_.outputs[outputs.front()]->rendering().serializer()->instance();
    Instance::Spec spec = first.spec();
    spec.node = &first.node();
    const auto& format = graph_.settings->outputs[outputs.front()].serializer;
    if (format) spec.options = &format->options;
    Instance::Refusal why{};
    auto serializer = Serializer::make(site_.services, std::move(spec), why);
    if (!serializer) return;  // Then each serializes for itself.
    auto* const made = new SharedFormat(std::move(serializer), graph_.formats.size(),
                                        site_.services.budget.limit_bytes(), graph_.epoch);
    graph_.formats.emplace_back(made, [kept = graph_.settings](SharedFormat* gone) {
      std::default_delete<SharedFormat>()(gone);
    });
    for (const std::size_t i : outputs) graph_.format_of[i] = graph_.formats.back();
  }

  void lay_roads() {
    const auto fan_out =
        std::make_shared<FanOut>(graph_.outputs, graph_.formats.size(), graph_.epoch);
    graph_.road.assign(graph_.processors.begin(), graph_.processors.end());
    if (!graph_.aggregators.empty()) {
      graph_.aggregate = std::make_shared<AggregateStage>(graph_.aggregators, site_.aggregate_gate,
                                                          site_.aggregation);
      graph_.road.push_back(graph_.aggregate);
    }
    graph_.road.push_back(fan_out);
    auto aggregate_road = std::make_shared<Road>(graph_.aggregate_processors.begin(),
                                                 graph_.aggregate_processors.end());
    aggregate_road->push_back(fan_out);
    graph_.aggregate_road = std::move(aggregate_road);
  }

  const GraphSite& site_;
  const Graph& before_;
  const config::Plan& plan_;
  Graph& graph_;
  BuildError& why_;
};

}  // namespace

bool build_graph(const GraphSite& site, SharedSettings settings, const Graph& before,
                 const config::Plan& plan, Graph& graph, BuildError& why) {
  graph.settings = std::move(settings);
  return Builder(site, before, plan, graph, why).run();
}

void connect_graph(const Services& services, const Graph& graph) {
  for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
    Output& output = *graph.outputs[i];
    output.rendering().share(graph.format_of[i]);
    output.set_share(share_of(services, graph));
    output.send_letters_to(output.letters_to().empty() ? nullptr : taker_of(graph, output));
  }
  for (const auto& input : graph.inputs) input->use_road(graph.road);
}

}  // namespace weir::pipeline
