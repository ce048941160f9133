#include "core/pipeline/pipeline.hpp"

#include <malloc.h>

#include <algorithm>

namespace weir::pipeline {
namespace {

constexpr std::int64_t ms_ns = 1'000'000;
constexpr std::int64_t second_ns = 1000 * ms_ns;
// A call counts as hung when it takes longer than this, and longer than twice the interval it belongs to.
constexpr std::int64_t hung_after_ns = 2 * second_ns;
// What outputs get to stop in when the time is up, and lanes to hand over what they hold, on a busy machine, too.
constexpr std::int64_t last_moment_ns = 200 * ms_ns;
constexpr std::int64_t lanes_moment_ns = second_ns;
constexpr std::int64_t between_two_gathers_ns = 500 * ms_ns;

const Logger& agent_log() {
  static const Logger log("agent");
  return log;
}

}  // namespace

Pipeline::Pipeline(const Services& services)
    : services_(services),
      aggregate_lane_(
          std::make_shared<Lane>(0, std::make_shared<Road>(), services_.workers, [] {})),
      aggregate_gate_(std::make_shared<Gate>()),
      aggregation_(&services_.ledger.lend("agent", "aggregation", "", "")),
      windows_(services_, aggregate_lane_),
      farewell_(services_, aggregate_lane_) {
  aggregation_->users += 1;
}

Pipeline::~Pipeline() { aggregation_->users -= 1; }

// ---- building ------------------------------------------------------------------------------------------------

std::unique_ptr<Pipeline> Pipeline::build(const Services& services,
                                          const config::Settings& settings, BuildError& why) {
  return build(services, SharedSettings(std::shared_ptr<void>(), &settings), why);
}

std::unique_ptr<Pipeline> Pipeline::build(const Services& services, SharedSettings settings,
                                          BuildError& why) {
  std::unique_ptr<Pipeline> made(new Pipeline(services));
  const config::Plan plan = config::make_plan({}, *settings);
  const GraphSite site{made->services_, made->aggregate_gate_, *made->aggregation_};
  Graph graph;
  if (!build_graph(site, std::move(settings), {}, plan, graph, why)) return nullptr;
  made->lay(graph);
  made->graph_ = std::move(graph);
  return made;
}

// ---- running -------------------------------------------------------------------------------------------------

Status Pipeline::run() {
  if (Status s = start_all(); !s.ok()) return s;
  for (const auto& input : graph_.inputs) input->schedule();
  return ok_status();
}

Status Pipeline::start_all() {
  if (Status s = start_outputs(); !s.ok()) return s;
  if (Status s = start_stages(); !s.ok()) return s;
  for (const auto& a : graph_.aggregators) {
    a->begin(services_.clock.wall_ns(), graph_.settings->agent.round_interval);
  }
  windows_.use(graph_.aggregate);
  return start_inputs();
}

Status Pipeline::start_outputs() {
  for (std::size_t i = 0; i < graph_.outputs.size(); ++i) {
    if (Status s = start_output(*graph_.outputs[i], graph_.settings->outputs[i]); !s.ok()) return s;
  }
  return ok_status();
}

Status Pipeline::start_output(Output& output, const config::OutputSettings& settings) {
  if (settings.startup_error_behavior != config::StartupErrorBehavior::error) {
    output.begin();
    return ok_status();
  }
  Status s = output.begin_now();
  if (s.ok()) return s;
  return Error{s.error().kind, "outputs." + settings.name + ": " + s.error().message};
}

Status Pipeline::start_inputs() {
  for (std::size_t i = 0; i < graph_.inputs.size(); ++i) {
    if (Status s = graph_.inputs[i]->begin(); !s.ok()) {
      return Error{s.error().kind,
                   "inputs." + graph_.settings->inputs[i].name + ": " + s.error().message};
    }
  }
  return ok_status();
}

// Nothing may pass a processor that does not work: without it the agent does not start.
Status Pipeline::start_stage(Instance& instance) {
  weir_err err = make_err();
  const weir_status status = instance.start(0, err);
  if (status >= 0) return ok_status();
  return Error{ErrorKind::unavailable,
               instance.spec().kind + "." + instance.spec().name + ": " + describe(status, err)};
}

Status Pipeline::start_stages() {
  for (Instance* i : stages_of(graph_)) {
    if (Status s = start_stage(*i); !s.ok()) return s;
  }
  return ok_status();
}

std::vector<Instance*> Pipeline::stages_of(const Graph& graph) {
  std::vector<Instance*> all;
  all.reserve(graph.processors.size() + graph.aggregate_processors.size() +
              graph.aggregators.size());
  for (const auto& p : graph.processors) all.push_back(&p->instance());
  for (const auto& p : graph.aggregate_processors) all.push_back(&p->instance());
  for (const auto& a : graph.aggregators) all.push_back(&a->instance());
  return all;
}

void Pipeline::flush() {
  for (const auto& output : graph_.outputs) output->flush();
}

void Pipeline::on_budget_room() {
  for (const auto& input : parts().inputs) input->on_budget_room();
}

// ---- once ------------------------------------------------------------------------------------------------------

bool Pipeline::run_once(std::int64_t service_wait_ns, const Wait& wait) {
  if (const Status s = start_all(); !s.ok()) {
    return agent_log().error(s.error().message), stop(wait), false;
  }
  const bool twice = std::any_of(graph_.inputs.begin(), graph_.inputs.end(), [](const auto& i) {
    return i->polled() && i->instance().has(WEIR_GATHERS_TWICE);
  });
  gather_all(false, wait);
  const bool has_service = std::any_of(graph_.inputs.begin(), graph_.inputs.end(),
                                       [](const auto& i) { return !i->polled(); });
  std::int64_t pause = has_service ? service_wait_ns : 0;
  if (twice) pause = std::max(pause, between_two_gathers_ns);
  if (pause > 0) wait([] { return false; }, services_.clock.steady_ns() + pause);
  if (twice) gather_all(true, wait);
  const bool complete = stop(wait);
  return complete && !gather_failed_;
}

// second: only the inputs that need two gathers.
void Pipeline::gather_all(bool second, const Wait& wait) {
  auto running = std::make_shared<std::atomic<int>>(0);
  for (const auto& input : graph_.inputs) {
    if (second && !input->instance().has(WEIR_GATHERS_TWICE)) continue;
    ++*running;
    input->gather_once([this, running](bool ok) {
      if (!ok) gather_failed_ = true;
      --*running;
    });
  }
  wait([running] { return *running == 0; }, INT64_MAX);
}

// ---- stopping ----------------------------------------------------------------------------------------------------

bool Pipeline::lanes_idle() const {
  return std::all_of(graph_.inputs.begin(), graph_.inputs.end(),
                     [](const auto& i) { return i->idle(); }) &&
         aggregate_lane_->idle() && !resting_;
}

bool Pipeline::outputs_idle() const {
  return std::all_of(graph_.outputs.begin(), graph_.outputs.end(),
                     [](const auto& o) { return o->idle(); });
}

bool Pipeline::stop(const Wait& plain_wait) {
  const Wait wait = [this, &plain_wait](const auto& done, std::int64_t until) {
    return plain_wait([this, &done] { return farewell_.tend(), done(); }, until);
  };
  const std::int64_t begin = services_.clock.steady_ns();
  const std::int64_t timeout = graph_.settings->weir.shutdown_timeout_ns;
  const std::int64_t inputs_end = begin + timeout / 2;
  const std::int64_t stops_end = begin + timeout / 8 * 5;
  const std::int64_t lanes_end = begin + timeout / 4 * 3;
  const std::int64_t deadline = begin + timeout - std::min(timeout / 10, second_ns);
  stopping_ = true;
  before_.reset();
  windows_.stop();
  for (const auto& output : graph_.outputs) output->begin_drain();
  for (const auto& input : graph_.inputs) input->quiesce(true);
  wait(
      [this] {
        return std::none_of(graph_.inputs.begin(), graph_.inputs.end(),
                            [](const auto& i) { return i->gathering(); });
      },
      inputs_end);
  stop_inputs(wait, stops_end);
  wait([this] { return lanes_idle(); }, lanes_end);
  windows_.push_all();
  const bool complete = wait(
      [this] { return windows_.pushed() && lanes_idle() && farewell_.settled() && outputs_idle(); },
      deadline);
  farewell_.hurry();
  stop_outputs(wait, begin + timeout);
  // Lanes that an output held are let go now; what they carry is counted by the outputs.
  wait([this] { return lanes_idle() && farewell_.empty(); },
       services_.clock.steady_ns() + lanes_moment_ns);
  for (const auto& input : graph_.inputs) {
    if (input->lanes_idle()) input->forget_sessions();
  }
  end_stages();
  count_what_waits();
  return complete;
}

// Behind a stage that hangs: between two nodes of the ledger, and so in a node of their own.
void Pipeline::count_what_waits() {
  std::uint64_t rows = 0;
  for (const auto& input : parts().inputs) rows += input->rows_waiting();
  if (rows == 0) return;
  metrics::Node& node = services_.ledger.add("agent", "lanes", "", "");
  node.in += rows;
  node.drop(metrics::Drop::shutdown, rows);
  agent_log().error(std::to_string(rows) +
                    " metrics were still on their way when the agent stopped; they are lost");
}

// Stops run on the blocking pool, all at once: one that hangs delays nobody but itself.
void Pipeline::stop_inputs(const Wait& wait, std::int64_t deadline) {
  auto running = std::make_shared<std::atomic<int>>(0);
  for (const auto& input : graph_.inputs) {
    ++*running;
    services_.blocking.post([input, running, deadline] {
      input->end(deadline);
      --*running;
    });
  }
  wait([running] { return *running == 0; }, deadline);
}

void Pipeline::stop_outputs(const Wait& wait, std::int64_t deadline) {
  auto running = std::make_shared<std::atomic<int>>(0);
  const std::int64_t until = std::max(deadline, services_.clock.steady_ns() + last_moment_ns);
  for (const auto& output : graph_.outputs) {
    ++*running;
    services_.blocking.post([output, running, until] {
      output->end(until);
      --*running;
    });
  }
  wait([running] { return *running == 0; }, until);
}

void Pipeline::end_stages() {
  for (Instance* i : stages_of(graph_)) {
    weir_err err = make_err();
    if (i->in_call()) {
      i->abandon();
    } else if (const weir_status status = i->stop(0, err); status < 0) {
      i->log_failure("stop", status, err);
    }
  }
}

// ---- watching ------------------------------------------------------------------------------------------------------

Parts Pipeline::parts() const {
  const std::lock_guard lock(mutex_);
  Parts all{graph_.inputs, graph_.outputs, graph_.processors, graph_.aggregators};
  all.processors.insert(all.processors.end(), graph_.aggregate_processors.begin(),
                        graph_.aggregate_processors.end());
  farewell_.add_to(all);
  return all;
}

void Pipeline::check_for_hung_calls() {
  const Parts all = parts();
  for (const auto& i : all.inputs) {
    watch(i->instance(), i->executor());
    if (i->parse_stage() == nullptr) continue;
    for (Instance* parser : i->parse_stage()->instances()) watch(*parser, services_.workers);
  }
  for (const auto& o : all.outputs) {
    watch(o->instance(), o->executor());
    if (Serializer* s = o->rendering().serializer()) watch(s->instance(), o->executor());
    if (const auto f = o->rendering().shared_format()) watch(f->instance(), o->executor());
  }
  for (const auto& p : all.processors) watch(p->instance(), services_.workers);
  for (const auto& a : all.aggregators) watch(a->instance(), services_.workers);
}

// where: whose threads its calls run on.
void Pipeline::watch(Instance& instance, Executor& where) {
  CallWatch& call = instance.watch();
  const std::int64_t since = call.since_ns.load(std::memory_order_acquire);
  const std::int64_t now = services_.clock.steady_ns();
  const std::int64_t patience = std::max(hung_after_ns, 2 * interval_ns_.load());
  if (since == 0 || now - since < patience || call.reported.exchange(true)) return;
  instance.node().hung += 1;
  instance.node().hangs = true;
  const std::string_view what(call.what.load());
  const bool of_its_life = what == "start" || what == "stop";
  const bool replaced = (of_its_life ? services_.blocking : where).replace_hung_thread();
  instance.log().error(
      std::string(what) + " hangs: it has not come back for " +
      std::to_string((now - since) / second_ns) + "s; the other plugins go on" +
      (replaced
           ? ""
           : ", but [weir] max_hung is reached and this instance now holds a thread for good"));
}

void Pipeline::rest_where_quiet() {
  std::vector<std::shared_ptr<Input>> quiet;
  for (const auto& i : parts().inputs) {
    if (i->parse_stage() != nullptr && i->parse_stage()->falls_quiet()) quiet.push_back(i);
  }
  if (quiet.empty() || resting_.exchange(true)) return;
  if (stopping_) return resting_.store(false);
  services_.workers.post([this, quiet = std::move(quiet)] {
    for (const auto& input : quiet) input->parse_stage()->rest();
    ::malloc_trim(0);
    resting_ = false;
  });
}

bool Pipeline::has_hung_call() const {
  const Parts all = parts();
  const auto hangs = [](const auto& part) { return part->instance().in_call(); };
  return std::any_of(all.inputs.begin(), all.inputs.end(),
                     [&](const auto& i) {
                       if (hangs(i)) return true;
                       if (i->parse_stage() == nullptr) return false;
                       const auto parsers = i->parse_stage()->instances();
                       return std::any_of(parsers.begin(), parsers.end(),
                                          [](Instance* p) { return p->in_call(); });
                     }) ||
         std::any_of(all.outputs.begin(), all.outputs.end(),
                     [&](const auto& o) {
                       const auto format = o->rendering().shared_format();
                       Serializer* const own = o->rendering().serializer();
                       return hangs(o) || (own != nullptr && own->instance().in_call()) ||
                              (format && format->instance().in_call());
                     }) ||
         std::any_of(all.processors.begin(), all.processors.end(), hangs) ||
         std::any_of(all.aggregators.begin(), all.aggregators.end(), hangs);
}

}  // namespace weir::pipeline
