// Pipeline::reload: from one graph to the next while records flow.
//
//   build what is new ── start stages ── outputs (the new one takes over what waits) ── lay the new road ── inputs
//        │ refused            └───────────────── one does not start: take everything back ──────────┘
//        ▼                                                                                          ▼
//   nothing was touched                                            the old parts leave in the background (farewell.hpp)
//
// Two instances that want the same thing: a listening socket is handed over and both listen for a moment; any other
// input is stopped before its successor starts, and made anew when the reload is taken back.

#include <algorithm>
#include <utility>

#include "core/pipeline/pipeline.hpp"
#include "core/pipeline/sockets.hpp"

namespace weir::pipeline {
namespace {

using Change = config::Change;
using What = config::Change::What;

constexpr std::int64_t second_ns = 1'000'000'000;
// What an input gets to come to rest before its successor starts: for its calls, and to stop.
constexpr std::int64_t rest_ns = second_ns;
constexpr std::int64_t stop_ns = 2 * second_ns;

const Logger& agent_log() {
  static const Logger log("agent");
  return log;
}

bool is_new(const Change& change) {
  return change.what == What::added || change.what == What::changed;
}
bool leaves(const Change& change) {
  return change.what == What::removed || change.what == What::changed;
}

}  // namespace

Pipeline::Reload Pipeline::reload(SharedSettings next, const Wait& wait) {
  Reload done;
  done.wanted = next;
  if (stopping_) {
    done.outcome = Reload::Outcome::rolled_back;
    done.why = "the agent is stopping";
    return done;
  }
  const SharedSettings running = graph_.settings;
  done.plan = config::make_plan(*running, *next);
  free_queues(*next, done.plan, wait);
  const GraphSite site{services_, aggregate_gate_, *aggregation_};
  Graph graph;
  if (!build_graph(site, std::move(next), graph_, done.plan, graph, done.refusal)) {
    done.outcome = Reload::Outcome::refused;
    return done;
  }
  if (const Status s = exchange(graph, done.plan, wait); !s.ok()) {
    done.outcome = Reload::Outcome::rolled_back;
    done.why = s.error().message;
    return done;
  }
  if (!before_) {
    before_ = running;
    fresh_ = {};
  }
  watch_new(done.plan);
  probation_end_ns_ = services_.clock.steady_ns() + graph_.settings->weir.reload_probation_ns;
  return done;
}

// An output that was removed, and comes back while the old one still drains, needs the old one's queue on disk.
void Pipeline::free_queues(const config::Settings& next, const config::Plan& plan,
                           const Wait& wait) {
  std::vector<std::string> names;
  for (const Change& change : plan.outputs) {
    if (change.what != What::added) continue;
    const config::OutputSettings& output = next.outputs[change.after];
    if (output.delivery.queue != config::QueueKind::memory) names.push_back(output.queue_name);
  }
  wait([&] { return !farewell_.hurry(names); }, services_.clock.steady_ns() + stop_ns);
}

Status Pipeline::exchange(const Graph& next, const config::Plan& plan, const Wait& wait) {
  offer_sockets(plan, true);
  Progress progress;
  if (Status s = start_new(next, plan, wait, progress); !s.ok()) {
    take_back(next, plan, progress);
    offer_sockets(plan, false);
    return s;
  }
  Graph old = next;
  {
    const std::lock_guard lock(mutex_);
    std::swap(graph_, old);
  }
  part_from(old, plan);
  return ok_status();
}

// ---- starting what is new -----------------------------------------------------------------------------------

Status Pipeline::start_new(const Graph& next, const config::Plan& plan, const Wait& wait,
                           Progress& progress) {
  if (Status s = start_new_stages(next, plan, progress); !s.ok()) return s;
  for (std::size_t i = 0; i < next.outputs.size(); ++i) {
    ++progress.outputs;
    if (Status s = start_new_output(next, plan.outputs[i]); !s.ok()) return s;
  }
  lay(next);
  for (std::size_t i = 0; i < next.inputs.size(); ++i) {
    ++progress.inputs;
    if (Status s = start_new_input(next, plan.inputs[i], wait, progress); !s.ok()) return s;
  }
  return ok_status();
}

Status Pipeline::start_new_stages(const Graph& next, const config::Plan& plan, Progress& progress) {
  std::vector<Instance*> fresh;
  const auto add = [&](const config::Changes& changes, const auto& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (is_new(changes[i])) fresh.push_back(&parts[i]->instance());
    }
  };
  add(plan.processors, next.processors);
  add(plan.aggregate_processors, next.aggregate_processors);
  add(plan.aggregators, next.aggregators);
  for (Instance* stage : fresh) {
    if (Status s = start_stage(*stage); !s.ok()) return s;
    progress.stages.push_back(stage);
  }
  for (std::size_t i = 0; i < next.aggregators.size(); ++i) {
    if (!is_new(plan.aggregators[i])) continue;
    next.aggregators[i]->begin(services_.clock.wall_ns(), next.settings->agent.round_interval);
  }
  return ok_status();
}

Status Pipeline::start_new_output(const Graph& next, const Change& change) {
  if (!is_new(change)) return ok_status();
  Output& output = *next.outputs[change.after];
  if (change.what == What::changed) output.take_over(*graph_.outputs[change.before]);
  return start_output(output, next.settings->outputs[change.after]);
}

Status Pipeline::start_new_input(const Graph& next, const Change& change, const Wait& wait,
                                 Progress& progress) {
  if (!is_new(change)) return ok_status();
  Input& input = *next.inputs[change.after];
  const bool shares = change.what == What::changed &&
                      services_.sockets.any_of(&graph_.inputs[change.before]->instance());
  if (change.what == What::changed && !shares) {
    stop_before(*graph_.inputs[change.before], wait);
    progress.stopped.push_back(change.after);
  }
  if (Status s = input.begin(); !s.ok()) {
    return Error{s.error().kind, change.name + ": " + s.error().message};
  }
  input.schedule();
  return ok_status();
}

void Pipeline::stop_before(Input& input, const Wait& wait) {
  input.quiesce(false);
  wait([&input] { return !input.gathering() && input.open_tokens() == 0; },
       services_.clock.steady_ns() + rest_ns);
  auto ended = std::make_shared<std::atomic<bool>>(false);
  const std::int64_t until = services_.clock.steady_ns() + stop_ns;
  services_.blocking.post(input.instance().tasks().wrap([&input, ended, until] {
    input.end(until);
    *ended = true;
  }));
  if (!wait([ended] { return ended->load(); }, until)) input.quiesce(true);
}

// From each lane's next parcel on.
void Pipeline::lay(const Graph& graph) {
  connect_graph(services_, graph);
  aggregate_lane_->use(graph.aggregate_road);
  windows_.use(graph.aggregate);
  interval_ns_ = graph.settings->agent.interval_ns;
}

// An offer ends with the socket.
void Pipeline::offer_sockets(const config::Plan& plan, bool on) {
  for (const Change& change : plan.inputs) {
    if (!leaves(change)) continue;
    services_.sockets.offer(&graph_.inputs[change.before]->instance(), on);
  }
  for (const Change& change : plan.outputs) {
    if (!leaves(change)) continue;
    services_.sockets.offer(&graph_.outputs[change.before]->instance(), on);
  }
}

// ---- what is old leaves ---------------------------------------------------------------------------------------

void Pipeline::part_from(const Graph& old, const config::Plan& plan) {
  const std::int64_t deadline =
      services_.clock.steady_ns() + old.settings->weir.shutdown_timeout_ns;
  for (const Change& change : plan.inputs) {
    if (!leaves(change)) continue;
    old.inputs[change.before]->use_road(graph_.road);
    farewell_.take(old.inputs[change.before], deadline);
  }
  const auto stages = [&](const config::Changes& changes, const auto& parts) {
    for (const Change& change : changes) {
      if (leaves(change)) farewell_.take(parts[change.before]);
    }
  };
  stages(plan.processors, old.processors);
  stages(plan.aggregate_processors, old.aggregate_processors);
  stages(plan.aggregators, old.aggregators);
  for (const Change& change : plan.outputs) {
    if (!leaves(change)) continue;
    farewell_.take(old.outputs[change.before], change.what == What::changed, deadline);
  }
}

// ---- back -----------------------------------------------------------------------------------------------------

// What was started is let go as if it were removed, and what it stood for works again.
void Pipeline::take_back(const Graph& next, const config::Plan& plan, const Progress& progress) {
  const std::int64_t deadline =
      services_.clock.steady_ns() + graph_.settings->weir.shutdown_timeout_ns;
  for (std::size_t i = 0; i < progress.inputs; ++i) {
    if (!is_new(plan.inputs[i])) continue;
    next.inputs[i]->use_road(graph_.road);
    farewell_.take(next.inputs[i], deadline);
  }
  lay(graph_);
  for (std::size_t i = 0; i < progress.outputs; ++i) {
    const Change& change = plan.outputs[i];
    if (!is_new(change)) continue;
    const bool changed = change.what == What::changed;
    if (changed) graph_.outputs[change.before]->come_back(*next.outputs[i]);
    farewell_.take(next.outputs[i], changed, deadline);
  }
  const auto stages = [&](const config::Changes& changes, const auto& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto& started = progress.stages;
      const auto at = std::find(started.begin(), started.end(), &parts[i]->instance());
      if (is_new(changes[i]) && at != started.end()) farewell_.take(parts[i]);
    }
  };
  stages(plan.processors, next.processors);
  stages(plan.aggregate_processors, next.aggregate_processors);
  stages(plan.aggregators, next.aggregators);
  for (const std::size_t i : progress.stopped) revive(plan.inputs[i]);
}

// An input that was stopped for its successor is made anew: a plugin is started once.
void Pipeline::revive(const Change& change) {
  const std::shared_ptr<Input> stopped = graph_.inputs[change.before];
  const config::InputSettings& settings = graph_.settings->inputs[change.before];
  Instance::Refusal why{};
  auto made = Input::make(services_, settings, *graph_.settings, why, stopped.get());
  if (!made) {
    return stopped->instance().log().error(
        "the input could not be made again after a reload that failed: " + why.message);
  }
  std::shared_ptr<Input> input(made.release(), [kept = graph_.settings](Input* gone) {
    std::default_delete<Input>()(gone);
  });
  input->use_road(graph_.road);
  if (const Status s = input->begin(); !s.ok()) {
    input->instance().log().error("the input does not start again after a reload that failed: " +
                                  s.error().message);
  }
  input->schedule();
  {
    const std::lock_guard lock(mutex_);
    graph_.inputs[change.before] = std::move(input);
  }
  farewell_.take(stopped, services_.clock.steady_ns());
}

// Only of what reloads made that may still be taken back: others were like that before.
std::string Pipeline::unhealthy() const {
  for (const auto& weak : fresh_.inputs) {
    const auto input = weak.lock();
    if (input && input->refused()) return input->instance().log().source() + " does not start";
  }
  for (const auto& weak : fresh_.outputs) {
    const auto output = weak.lock();
    if (output && output->refused()) {
      return output->instance().log().source() + " refuses its configuration";
    }
  }
  return {};
}

void Pipeline::watch_new(const config::Plan& plan) {
  for (std::size_t i = 0; i < graph_.inputs.size(); ++i) {
    if (is_new(plan.inputs[i])) fresh_.inputs.emplace_back(graph_.inputs[i]);
  }
  for (std::size_t i = 0; i < graph_.outputs.size(); ++i) {
    if (is_new(plan.outputs[i])) fresh_.outputs.emplace_back(graph_.outputs[i]);
  }
}

std::optional<std::string> Pipeline::tend(const Wait& wait) {
  farewell_.tend();
  if (!before_) return std::nullopt;
  std::string why = unhealthy();
  if (why.empty()) {
    if (services_.clock.steady_ns() >= probation_end_ns_) before_.reset();
    return std::nullopt;
  }
  const Reload back = reload(std::exchange(before_, nullptr), wait);
  before_.reset();
  if (back.outcome == Reload::Outcome::done) return why;
  agent_log().error("the configuration before cannot be brought back: " +
                    (back.why.empty() ? back.refusal.message : back.why));
  return std::nullopt;
}

}  // namespace weir::pipeline
