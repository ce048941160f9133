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

bool runs_on_lanes(const Instance& instance) {
  const std::string& kind = instance.spec().kind;
  return kind == "parsers" || kind == "processors" || kind == "aggregators";
}

const Logger& agent_log() {
  static const Logger log("agent");
  return log;
}

}  // namespace

Pipeline::Pipeline(const Services& services, const config::Settings& settings)
    : services_(services), settings_(settings) {}

Pipeline::~Pipeline() = default;

// ---- building ------------------------------------------------------------------------------------------------

std::unique_ptr<Pipeline> Pipeline::build(const Services& services,
                                          const config::Settings& settings, BuildError& why) {
  std::unique_ptr<Pipeline> made(new Pipeline(services, settings));
  const bool ok =
      made->build_outputs(why) &&
      made->build_processors(settings.processors, made->processors_, why) &&
      made->build_processors(settings.aggregate_processors, made->aggregate_processors_, why) &&
      made->build_aggregators(why) && made->build_inputs(why);
  return ok ? std::move(made) : nullptr;
}

bool Pipeline::build_outputs(BuildError& why) {
  const auto n = static_cast<std::int64_t>(std::max<std::size_t>(settings_.outputs.size(), 1));
  const auto share = static_cast<std::uint64_t>(services_.budget.queue_limit_bytes() / n);
  for (const auto& s : settings_.outputs) {
    Instance::Refusal refusal{};
    auto made = Output::make(services_, s, settings_.agent, share, refusal);
    if (!made) return why = {&s, refusal.path, refusal.message}, false;
    outputs_.push_back(std::move(made));
  }
  if (!connect_letters(why)) return false;
  share_formats();
  return true;
}

bool Pipeline::connect_letters(BuildError& why) {
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const std::string& alias = outputs_[i]->letters_to();
    if (alias.empty()) continue;
    const auto to = std::find_if(outputs_.begin(), outputs_.end(), [&](const auto& o) {
      return o->instance().spec().alias == alias;
    });
    if (to == outputs_.end() || *to == outputs_[i]) {
      why = {&settings_.outputs[i], "delivery",
             "dead_letter: there is no other output with the alias \"" + alias + "\""};
      return false;
    }
    outputs_[i]->send_letters_to(**to);
  }
  return true;
}

void Pipeline::share_formats() {
  std::vector<Output*> left;
  for (const auto& o : outputs_) {
    if (o->shareable() != nullptr) left.push_back(o.get());
  }
  while (!left.empty()) {
    const config::FormatSettings& format = *left.front()->shareable();
    const auto same = std::stable_partition(
        left.begin(), left.end(), [&](const Output* o) { return *o->shareable() != format; });
    share_format({same, left.end()});
    left.erase(same, left.end());
  }
}

// The serializer's plugin and its place in the ledger are those of the first output.
void Pipeline::share_format(const std::vector<Output*>& outputs) {
  if (outputs.size() < 2) return;
  Instance& first = outputs.front()->rendering().serializer()->instance();
  Instance::Spec spec = first.spec();
  spec.node = &first.node();
  Instance::Refusal why{};
  auto serializer = Serializer::make(services_, std::move(spec), why);
  if (!serializer) return;  // Then each serializes for itself.
  shared_formats_.push_back(std::make_unique<SharedFormat>(
      std::move(serializer), shared_formats_.size(), services_.budget.limit_bytes()));
  for (Output* o : outputs) o->rendering().share(*shared_formats_.back());
}

bool Pipeline::build_processors(const std::vector<config::ProcessorSettings>& from,
                                std::vector<std::shared_ptr<ProcessorStage>>& to, BuildError& why) {
  for (const auto& s : from) {
    Instance::Refusal refusal{};
    auto made = ProcessorStage::make(services_, s, refusal);
    if (!made) return why = {&s, refusal.path, refusal.message}, false;
    to.push_back(std::move(made));
  }
  return true;
}

bool Pipeline::build_aggregators(BuildError& why) {
  const auto fan_out = std::make_shared<FanOut>(outputs_, shared_formats_.size());
  road_.assign(processors_.begin(), processors_.end());
  if (!settings_.aggregators.empty()) {
    std::vector<std::unique_ptr<Aggregator>> all;
    for (const auto& s : settings_.aggregators) {
      Instance::Refusal refusal{};
      auto made = Aggregator::make(services_, s, refusal);
      if (!made) return why = {&s, refusal.path, refusal.message}, false;
      all.push_back(std::move(made));
    }
    aggregate_ = std::make_shared<AggregateStage>(
        std::move(all), services_.ledger.add("agent", "aggregation", "", ""));
    road_.push_back(aggregate_);
    auto road = std::make_shared<Road>(aggregate_processors_.begin(), aggregate_processors_.end());
    road->push_back(fan_out);
    aggregate_lane_ = std::make_shared<Lane>(0, std::move(road), services_.workers, [] {});
  }
  road_.push_back(fan_out);
  return true;
}

bool Pipeline::build_inputs(BuildError& why) {
  for (const auto& s : settings_.inputs) {
    Instance::Refusal refusal{};
    auto made = Input::make(services_, s, settings_, refusal);
    if (!made) return why = {&s, refusal.path, refusal.message}, false;
    made->use_road(road_);
    inputs_.push_back(std::move(made));
  }
  return true;
}

// ---- running -------------------------------------------------------------------------------------------------

Status Pipeline::run() {
  if (Status s = start_all(); !s.ok()) return s;
  for (const auto& input : inputs_) input->schedule();
  return ok_status();
}

Status Pipeline::start_all() {
  if (Status s = start_outputs(); !s.ok()) return s;
  if (Status s = start_stages(); !s.ok()) return s;
  begin_windows();
  return start_inputs();
}

Status Pipeline::start_outputs() {
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    if (settings_.outputs[i].startup_error_behavior != config::StartupErrorBehavior::error) {
      outputs_[i]->begin();
      continue;
    }
    if (Status s = outputs_[i]->begin_now(); !s.ok()) {
      return Error{s.error().kind,
                   "outputs." + settings_.outputs[i].name + ": " + s.error().message};
    }
  }
  return ok_status();
}

Status Pipeline::start_inputs() {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (Status s = inputs_[i]->begin(); !s.ok()) {
      return Error{s.error().kind, "inputs." + settings_.inputs[i].name + ": " + s.error().message};
    }
  }
  return ok_status();
}

// Nothing may pass a processor that does not work: without it the agent does not start.
Status Pipeline::start_stages() {
  for (Instance* i : instances()) {
    if (i->spec().kind != "processors" && i->spec().kind != "aggregators") continue;
    weir_err err = make_err();
    const weir_status status = i->start(0, err);
    if (status < 0) {
      return Error{ErrorKind::unavailable,
                   i->spec().kind + "." + i->spec().name + ": " + describe(status, err)};
    }
  }
  return ok_status();
}

void Pipeline::begin_windows() {
  if (!aggregate_) return;
  for (const auto& a : aggregate_->aggregators()) {
    a->begin(services_.clock.wall_ns(), settings_.agent.round_interval);
  }
  arm_window_timer();
}

void Pipeline::arm_window_timer() {
  const std::int64_t wait = aggregate_->next_end_ns() - services_.clock.wall_ns();
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  window_timer_ =
      services_.timers.at(services_.clock.steady_ns() + std::max<std::int64_t>(wait, 0),
                          [this] { services_.workers.post([this] { push_windows(false); }); });
}

// Runs on a worker; tries again when the stage is busy with a lane.
void Pipeline::push_windows(bool all) {
  const std::int64_t now = services_.clock.wall_ns();
  const auto retry = [this, all] { services_.workers.post([this, all] { push_windows(all); }); };
  if (!aggregate_->push_due(now, all, *aggregate_lane_, retry)) return;
  if (all) {
    final_push_done_ = true;
  } else {
    arm_window_timer();
  }
}

void Pipeline::flush() {
  for (const auto& output : outputs_) output->flush();
}

void Pipeline::on_budget_room() {
  for (const auto& input : inputs_) input->on_budget_room();
}

// ---- once ------------------------------------------------------------------------------------------------------

bool Pipeline::run_once(std::int64_t service_wait_ns, const Wait& wait) {
  if (const Status s = start_all(); !s.ok()) {
    return agent_log().error(s.error().message), stop(wait), false;
  }
  const bool twice = std::any_of(inputs_.begin(), inputs_.end(), [](const auto& i) {
    return i->polled() && i->instance().has(WEIR_GATHERS_TWICE);
  });
  gather_all(false, wait);
  const bool has_service =
      std::any_of(inputs_.begin(), inputs_.end(), [](const auto& i) { return !i->polled(); });
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
  for (const auto& input : inputs_) {
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
  return std::all_of(inputs_.begin(), inputs_.end(), [](const auto& i) { return i->idle(); }) &&
         (!aggregate_lane_ || aggregate_lane_->idle()) && !resting_;
}

bool Pipeline::outputs_idle() const {
  return std::all_of(outputs_.begin(), outputs_.end(), [](const auto& o) { return o->idle(); });
}

bool Pipeline::stop(const Wait& wait) {
  const std::int64_t begin = services_.clock.steady_ns();
  const std::int64_t timeout = settings_.weir.shutdown_timeout_ns;
  const std::int64_t inputs_end = begin + timeout / 2;
  const std::int64_t stops_end = begin + timeout / 8 * 5;
  const std::int64_t lanes_end = begin + timeout / 4 * 3;
  const std::int64_t deadline = begin + timeout - std::min(timeout / 10, second_ns);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    services_.timers.cancel(window_timer_);
  }
  for (const auto& output : outputs_) output->begin_drain();
  for (const auto& input : inputs_) input->quiesce();
  wait(
      [this] {
        return std::none_of(inputs_.begin(), inputs_.end(),
                            [](const auto& i) { return i->gathering(); });
      },
      inputs_end);
  stop_inputs(wait, stops_end);
  wait([this] { return lanes_idle(); }, lanes_end);
  const bool windows = aggregate_ != nullptr;
  if (windows) services_.workers.post([this] { push_windows(true); });
  const bool complete = wait(
      [this, windows] { return (!windows || final_push_done_) && lanes_idle() && outputs_idle(); },
      deadline);
  stop_outputs(wait, begin + timeout);
  // Lanes that an output held are let go now; what they carry is counted by the outputs.
  wait([this] { return lanes_idle(); }, services_.clock.steady_ns() + lanes_moment_ns);
  for (const auto& input : inputs_) {
    if (input->lanes_idle()) input->forget_sessions();
  }
  end_stages();
  count_what_waits();
  return complete;
}

// Behind a stage that hangs: between two nodes of the ledger, and so in a node of their own.
void Pipeline::count_what_waits() {
  std::uint64_t rows = 0;
  for (const auto& input : inputs_) rows += input->rows_waiting();
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
  for (const auto& input : inputs_) {
    ++*running;
    services_.blocking.post([&i = *input, running, deadline] {
      i.end(deadline);
      --*running;
    });
  }
  wait([running] { return *running == 0; }, deadline);
}

void Pipeline::stop_outputs(const Wait& wait, std::int64_t deadline) {
  auto running = std::make_shared<std::atomic<int>>(0);
  const std::int64_t until = std::max(deadline, services_.clock.steady_ns() + last_moment_ns);
  for (const auto& output : outputs_) {
    ++*running;
    services_.blocking.post([&o = *output, running, until] {
      o.end(until);
      --*running;
    });
  }
  wait([running] { return *running == 0; }, until);
}

void Pipeline::end_stages() {
  for (Instance* i : instances()) {
    if (i->spec().kind != "processors" && i->spec().kind != "aggregators") continue;
    weir_err err = make_err();
    if (i->in_call()) {
      i->abandon();
    } else if (const weir_status status = i->stop(0, err); status < 0) {
      i->log_failure("stop", status, err);
    }
  }
}

// ---- watching ------------------------------------------------------------------------------------------------------

std::vector<Instance*> Pipeline::instances() const {
  std::vector<Instance*> all;
  for (const auto& i : inputs_) {
    all.push_back(&i->instance());
    if (i->parse_stage() == nullptr) continue;
    const auto parsers = i->parse_stage()->instances();
    all.insert(all.end(), parsers.begin(), parsers.end());
  }
  for (const auto& p : processors_) all.push_back(&p->instance());
  for (const auto& p : aggregate_processors_) all.push_back(&p->instance());
  if (aggregate_) {
    for (const auto& a : aggregate_->aggregators()) all.push_back(&a->instance());
  }
  for (const auto& o : outputs_) {
    all.push_back(&o->instance());
    if (Serializer* s = o->rendering().serializer()) all.push_back(&s->instance());
  }
  for (const auto& f : shared_formats_) all.push_back(&f->instance());
  return all;
}

void Pipeline::check_for_hung_calls() {
  for (const auto& i : inputs_) watch(i->instance(), i->executor());
  for (const auto& o : outputs_) watch(o->instance(), o->executor());
  for (const auto& o : outputs_) {
    if (Serializer* s = o->rendering().serializer()) watch(s->instance(), o->executor());
    if (SharedFormat* f = o->rendering().shared_format()) watch(f->instance(), o->executor());
  }
  for (Instance* i : instances()) {
    if (runs_on_lanes(*i)) watch(*i, services_.workers);
  }
}

// where: whose threads its calls run on.
void Pipeline::watch(Instance& instance, Executor& where) {
  CallWatch& call = instance.watch();
  const std::int64_t since = call.since_ns.load(std::memory_order_acquire);
  const std::int64_t now = services_.clock.steady_ns();
  const std::int64_t patience = std::max(hung_after_ns, 2 * settings_.agent.interval_ns);
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
  std::vector<ParseStage*> quiet;
  for (const auto& i : inputs_) {
    ParseStage* const stage = i->parse_stage();
    if (stage != nullptr && stage->falls_quiet()) quiet.push_back(stage);
  }
  if (quiet.empty() || resting_.exchange(true)) return;
  if (stopping_) return resting_.store(false);
  services_.workers.post([this, quiet] {
    for (ParseStage* stage : quiet) stage->rest();
    ::malloc_trim(0);
    resting_ = false;
  });
}

bool Pipeline::has_hung_call() const {
  const auto all = instances();
  return std::any_of(all.begin(), all.end(), [](Instance* i) { return i->in_call(); });
}

}  // namespace weir::pipeline
