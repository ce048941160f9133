#include "core/pipeline/input.hpp"

#include <algorithm>
#include <chrono>

namespace weir::pipeline {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t start_retry_max_ns = 60 * second_ns;

// A batch whose source wants to hear of it: the event goes out when the last parcel of the lineage is gone. That may
// be long after the input is: then nobody is told.
class AckToken final : public queue::Token {
 public:
  // nack_on_loss: a record that was rejected, expired or could not be read makes the answer a failure.
  AckToken(Instance& to, std::uint64_t cookie, bool nack_on_loss,
           std::shared_ptr<std::atomic<std::int64_t>> open)
      : to_(to),
        open_(std::move(open)),
        tasks_(to.tasks_to_keep()),
        workers_(to.services().workers),
        cookie_(cookie),
        nack_on_loss_(nack_on_loss) {
    *open_ += 1;
  }
  AckToken(const AckToken&) = delete;
  AckToken& operator=(const AckToken&) = delete;
  ~AckToken() override {
    const bool failed = any_abandoned() || (nack_on_loss_ && any_lost());
    workers_.post(tasks_->wrap([&to = to_, cookie = cookie_, open = open_, failed] {
      const weir_ev_ack event{
          {sizeof(weir_ev_ack), WEIR_EV_ACK, 0}, cookie, failed ? WEIR_E_FAIL : WEIR_OK, 0};
      to.notify(event.h);
      *open -= 1;
    }));
  }

 private:
  Instance& to_;  // For the tasks alone.
  const std::shared_ptr<std::atomic<std::int64_t>> open_;
  const std::shared_ptr<TaskGroup> tasks_;
  Executor& workers_;
  const std::uint64_t cookie_;
  const bool nack_on_loss_;
};

// A batch whose source wants to hear how it was parsed.
class ParsedNotice final : public queue::Reading {
 public:
  ParsedNotice(Instance& to, std::uint64_t cookie)
      : to_(to), tasks_(to.tasks_to_keep()), workers_(to.services().workers), cookie_(cookie) {}
  ParsedNotice(const ParsedNotice&) = delete;
  ParsedNotice& operator=(const ParsedNotice&) = delete;
  ~ParsedNotice() override {
    if (!told_) send(WEIR_CLOSED, 0, 0, {});
  }
  void done(std::uint64_t metrics, std::uint64_t bad, std::string first) override {
    told_ = true;
    send(WEIR_OK, metrics, bad, std::move(first));
  }

 private:
  void send(weir_status status, std::uint64_t metrics, std::uint64_t bad, std::string first) {
    workers_.post(
        tasks_->wrap([&to = to_, cookie = cookie_, status, metrics, bad, first = std::move(first)] {
          const weir_ev_parsed event{{sizeof(weir_ev_parsed), WEIR_EV_PARSED, 0},
                                     cookie,
                                     status,
                                     0,
                                     metrics,
                                     bad,
                                     borrow(first)};
          to.notify(event.h);
        }));
  }
  Instance& to_;  // For the tasks alone.
  const std::shared_ptr<TaskGroup> tasks_;
  Executor& workers_;
  const std::uint64_t cookie_;
  bool told_{false};
};

}  // namespace

std::int64_t first_tick_ns(std::int64_t now_ns, std::int64_t interval_ns, std::int64_t offset_ns,
                           bool aligned) {
  if (!aligned) return now_ns + offset_ns;
  const std::int64_t from = now_ns + interval_ns / 100;
  return from - since_multiple_ns(from, interval_ns) + interval_ns + offset_ns;
}

std::int64_t effective_precision_ns(const config::InputSettings& input,
                                    const config::AgentSettings& agent, bool polled) {
  const std::int64_t own = input.precision_ns.value_or(0);
  if (own > 0) return own;
  if (!polled) return 1;
  if (agent.precision_ns > 0) return agent.precision_ns;
  const std::int64_t interval = input.interval_ns.value_or(agent.interval_ns);
  for (const std::int64_t unit : {second_ns, second_ns / 1000, second_ns / 1'000'000}) {
    if (interval >= unit) return unit;
  }
  return 1;
}

Input::Input(const Services& services, const config::InputSettings& settings,
             const config::AgentSettings& agent)
    : HostCalls(services.budget),
      services_(services),
      settings_(settings),
      interval_ns_(settings.interval_ns.value_or(agent.interval_ns)),
      jitter_ns_(settings.collection_jitter_ns.value_or(agent.collection_jitter_ns)),
      offset_ns_(settings.collection_offset_ns.value_or(agent.collection_offset_ns)),
      aligned_(agent.round_interval) {}

std::unique_ptr<Input> Input::make(const Services& services, const config::InputSettings& settings,
                                   const config::Settings& all, Instance::Refusal& why,
                                   const Input* before) {
  std::unique_ptr<Input> made(new Input(services, settings, all.agent));
  if (settings.parser) {
    made->parse_ = ParseStage::make(
        services,
        {settings.parser->descriptor, "parsers", settings.parser->name, settings.alias, settings.id,
         settings.log_level, &settings.parser->options,
         before != nullptr && before->parse_ ? &before->parse_->node() : nullptr},
        all.weir.max_record_bytes, logger_of("inputs", settings).source(), settings.name, why);
    if (!made->parse_) return nullptr;
  }
  made->instance_ = Instance::create(services,
                                     {settings.descriptor, "inputs", settings.name, settings.alias,
                                      settings.id, settings.log_level, &settings.options,
                                      before != nullptr ? &before->instance_->node() : nullptr},
                                     *made, why);
  if (!made->instance_) return nullptr;
  InputStageSettings stage{effective_precision_ns(settings, all.agent, made->polled()),
                           settings.names,
                           settings.tags,
                           all.global_tags,
                           all.agent.always_include_local_tags,
                           all.agent.always_include_global_tags};
  metrics::Node& node = before != nullptr ? before->stage_->node()
                                          : services.ledger.lend("select", settings.name,
                                                                 settings.alias, settings.id);
  auto made_stage =
      InputStage::make(std::move(stage), settings.filter,
                       {services.clock, logger_of("inputs", settings)}, node, services.budget);
  if (!made_stage.ok()) {
    why = {WEIR_E_CONFIG, made_stage.error().message, {}};
    return nullptr;
  }
  made->stage_ = std::move(made_stage).value();
  made->use_road({});
  return made;
}

Input::~Input() {
  if (instance_) instance_->close_tasks();
}

void Input::use_road(const Road& rest) {
  auto road = std::make_shared<Road>();
  if (parse_) road->push_back(parse_);
  road->push_back(stage_);
  road->insert(road->end(), rest.begin(), rest.end());
  const std::lock_guard lock(mutex_);
  road_ = std::move(road);
  for (const auto& [id, lane] : lanes_) lane->use(road_);
}

bool Input::polled() const {
  return WEIR_HAS(&instance_->ops<weir_input_ops>(), weir_input_ops, gather);
}

const metrics::Node& Input::metrics_node() const {
  return parse_ ? parse_->node() : instance_->node();
}

// ---- starting -------------------------------------------------------------------------------------------

Status Input::begin() {
  weir_err err = make_err();
  const weir_status status = instance_->start(services_.clock.steady_ns() + interval_ns_, err);
  if (status >= 0) {
    started_ = true;
    begin_events();
    return ok_status();
  }
  instance_->node().startup_errors += 1;
  instance_->log_failure("start", status, err);
  const std::string text = describe(status, err);
  if (settings_.startup_error_behavior == config::StartupErrorBehavior::ignore) {
    instance_->node().condition = metrics::Condition::stopped;
    return ok_status();
  }
  if (status == WEIR_E_CONFIG ||
      settings_.startup_error_behavior == config::StartupErrorBehavior::error) {
    return Error{status == WEIR_E_CONFIG ? ErrorKind::bad_config : ErrorKind::unavailable, text};
  }
  const std::int64_t wait =
      std::min(start_retry_max_ns, second_ns << std::min(start_failures_++, 6U));
  const std::lock_guard lock(mutex_);
  TaskGroup& tasks = instance_->tasks();
  retry_timer_ = services_.timers.at(services_.clock.steady_ns() + wait, tasks.wrap([this, &tasks] {
    services_.blocking.post(tasks.wrap([this] { start_plugin(); }));
  }));
  return ok_status();
}

void Input::start_plugin() {
  if (quiet_) return;
  if (const Status status = begin(); !status.ok()) {
    refused_ = true;
    instance_->log().error("the input is not tried again: " + status.error().message);
  }
}

// ---- gathering ------------------------------------------------------------------------------------------

void Input::schedule() {
  if (!polled()) return;
  const std::int64_t now = services_.clock.wall_ns();
  arm(first_tick_ns(now, interval_ns_, offset_ns_, aligned_));
}

void Input::arm(std::int64_t due_wall_ns) {
  const std::int64_t wait =
      due_wall_ns - services_.clock.wall_ns() + services_.random.below(jitter_ns_);
  const std::lock_guard lock(mutex_);
  if (quiet_) return;
  timer_ = services_.timers.at(services_.clock.steady_ns() + std::max<std::int64_t>(wait, 0),
                               instance_->tasks().wrap([this, due_wall_ns] { tick(due_wall_ns); }));
}

void Input::tick(std::int64_t due_wall_ns) {
  const std::int64_t now = services_.clock.wall_ns();
  std::int64_t next = due_wall_ns + interval_ns_;
  if (next <= now - interval_ns_ || next > now + 2 * interval_ns_) {  // The clock jumped.
    next = first_tick_ns(now, interval_ns_, offset_ns_, aligned_);
  }
  arm(next);
  if (!started_) return;
  if (gathering_) {
    instance_->node().timeouts += 1;
    instance_->log().warn("Collection took longer than expected; not complete after interval of " +
                          std::to_string(static_cast<double>(interval_ns_) / 1e9) +
                          "s; this tick is skipped");
    return;
  }
  if (lane_of(0)->full()) {
    instance_->node().skipped += 1;
    instance_->log().warn(
        "not gathered: an output holds the pipeline back and the input's lane is full");
    return;
  }
  start_gather({});
}

Executor& Input::executor() const {
  return instance_->may_block() ? services_.blocking : services_.workers;
}

void Input::gather_once(std::function<void(bool)> done) {
  if (polled() && started_) return start_gather(std::move(done));
  done(started_ || settings_.startup_error_behavior == config::StartupErrorBehavior::ignore);
}

void Input::start_gather(std::function<void(bool)> done) {
  gathering_ = true;
  executor().post(instance_->tasks().wrap([this, done = std::move(done)] {
    const bool ok = quiet_ || gather();
    gathering_ = false;
    if (done) done(ok);
  }));
}

bool Input::gather() {
  weir_err err = make_err();
  first_of_gather_ = true;
  const std::int64_t begin = services_.clock.steady_ns();
  const weir_status status = instance_->work("gather", err, [&](void* self) {
    return instance_->ops<weir_input_ops>().gather(self, &err);
  });
  metrics::Node& node = instance_->node();
  node.calls += 1;
  node.call_ns += static_cast<std::uint64_t>(services_.clock.steady_ns() - begin);
  node.failing = status < 0;
  if (status >= 0) return true;
  node.errors += 1;
  node.fail("gather failed: " + describe(status, err), services_.clock.wall_ns());
  instance_->log().error("Error in plugin: " + describe(status, err));
  return false;
}

// ---- lanes and credit ---------------------------------------------------------------------------------------

std::shared_ptr<Lane> Input::lane_of(std::uint32_t id) {
  const std::lock_guard lock(mutex_);
  auto& lane = lanes_[id];
  if (!lane) {
    auto on_room = [this, id, tasks = instance_->tasks_to_keep()] {
      tasks->run([this, id] { resume(id); });
    };
    lane = std::make_shared<Lane>(id, road_, services_.workers, std::move(on_room));
  }
  return lane;
}

bool Input::has_credit(Lane& lane) {
  if (first_of_gather_.exchange(false)) return true;
  return !lane.full() && !services_.budget.inputs_full();
}

weir_status Input::buf_get(std::uint32_t lane, std::uint64_t min, weir_buf& out) {
  const auto at = lane_of(lane);
  if (!has_credit(*at)) {
    const std::lock_guard lock(mutex_);
    if (std::find(owed_.begin(), owed_.end(), lane) == owed_.end()) owed_.push_back(lane);
    at->want_room();
    services_.budget.want_room();
    // Room may have come between the look and the wish: then nobody would tell.
    if (at->full() || services_.budget.inputs_full()) return WEIR_WOULD_BLOCK;
    owed_.erase(std::remove(owed_.begin(), owed_.end(), lane), owed_.end());
  }
  return HostCalls::buf_get(lane, min, out);
}

weir_status Input::buf_wait(std::uint32_t lane, std::uint64_t min, weir_buf& out,
                            std::int64_t timeout_ns) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::nanoseconds(timeout_ns);
  for (;;) {
    const weir_status got = buf_get(lane, min, out);
    if (got != WEIR_WOULD_BLOCK) return got;
    if (hurry_) return WEIR_CLOSED;
    std::unique_lock lock(mutex_);
    const bool owed = std::find(owed_.begin(), owed_.end(), lane) != owed_.end();
    if (owed && room_.wait_until(lock, until) == std::cv_status::timeout) return WEIR_E_TIMEOUT;
  }
}

weir_status Input::emit(weir_buf& buf, const weir_emit& what) {
  if (ended_) return WEIR_CLOSED;
  queue::Parcel parcel = queue::Parcel::whole(queue::BlockRef::adopt(buf), what.lane);
  const bool parsed = (what.flags & WEIR_EMIT_PARSED) != 0 && parse_ != nullptr;
  if (what.cookie != 0 && parsed) {
    parcel.reading = std::make_shared<ParsedNotice>(*instance_, what.cookie);
  }
  if (what.cookie != 0 && (!parsed || (what.flags & WEIR_EMIT_ACKED) != 0)) {
    parcel.tokens.push_back(
        std::make_shared<AckToken>(*instance_, what.cookie, settings_.on_loss_nack, open_tokens_));
  }
  metrics::Node& node = instance_->node();
  node.created += parcel.n_rows;
  node.out += parcel.n_rows;
  if (parcel.n_rows != 0) lane_of(what.lane)->push(std::move(parcel));
  return WEIR_OK;
}

void Input::report(std::uint64_t, const weir_bad& bad) {
  metrics::Node& node = instance_->node();
  node.created += bad.count;
  node.drop(metrics::Drop::parse_error, bad.count);
  node.errors += 1;
  instance_->log().error(std::to_string(bad.count) +
                         " records were lost: " + std::string(view(bad.reason)));
}

void Input::on_budget_room() {
  std::vector<std::uint32_t> lanes;
  {
    const std::lock_guard lock(mutex_);
    lanes = owed_;
  }
  for (const std::uint32_t lane : lanes) resume(lane);
}

// Tells the plugin, and whoever waits in buf_wait, that the lane has room again.
void Input::resume(std::uint32_t lane) {
  {
    const std::lock_guard lock(mutex_);
    const auto at = std::find(owed_.begin(), owed_.end(), lane);
    if (at == owed_.end()) return;
    owed_.erase(at);
  }
  room_.notify_all();
  const std::lock_guard lock(events_mutex_);
  if (events_ == Events::later) for_later_.push_back(lane);
  if (events_ == Events::now) tell_resumed(lane);
}

void Input::tell_resumed(std::uint32_t lane) {
  const weir_ev_u64 event{{sizeof(weir_ev_u64), WEIR_EV_RESUME, 0}, lane, 0};
  instance_->notify(event.h);
}

void Input::begin_events() {
  const std::lock_guard lock(events_mutex_);
  events_ = Events::now;
  for (const std::uint32_t lane : for_later_) tell_resumed(lane);
  for_later_.clear();
}

void Input::end_events() {
  const std::lock_guard lock(events_mutex_);
  events_ = Events::never;
}

void Input::lane_close(std::uint32_t lane) {
  const std::lock_guard lock(mutex_);
  closed_.push_back(lane);
  forget_closed_lanes();
}

// With mutex_ held. A lane whose last parcels are still on their way goes with a later one's close.
void Input::forget_closed_lanes() {
  std::erase_if(closed_, [this](std::uint32_t id) {
    const auto at = lanes_.find(id);
    if (at == lanes_.end()) return true;
    if (!at->second->idle()) return false;
    lanes_.erase(at);
    return true;
  });
}

// ---- ending ---------------------------------------------------------------------------------------------------

void Input::quiesce(bool hurry) {
  if (hurry) {
    hurry_ = true;
    room_.notify_all();
  }
  if (quiet_.exchange(true)) return;
  {
    const std::lock_guard lock(mutex_);
    services_.timers.cancel(timer_);
    services_.timers.cancel(retry_timer_);
  }
  room_.notify_all();
  // Beside a gather only where the plugin allows two calls at a time.
  const weir_event stopping{sizeof(weir_event), WEIR_EV_STOPPING, 0};
  if (started_ && (!gathering_ || instance_->has(WEIR_CONCURRENT))) instance_->notify(stopping);
}

void Input::end(std::int64_t deadline_ns) {
  if (ended_) return;
  end_events();
  if (!polled() || started_) {
    weir_err err = make_err();
    if (gathering_ || instance_->in_call()) {
      instance_->abandon();
    } else if (const weir_status status = instance_->stop(deadline_ns, err); status < 0) {
      instance_->log_failure("stop", status, err);
    }
  }
  ended_ = true;
}

bool Input::lanes_idle() const {
  const std::lock_guard lock(mutex_);
  return std::all_of(lanes_.begin(), lanes_.end(), [](const auto& l) { return l.second->idle(); });
}

std::uint64_t Input::rows_waiting() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t rows = 0;
  for (const auto& [id, lane] : lanes_) rows += lane->rows_waiting();
  return rows;
}

bool Input::idle() const { return (!gathering_ || instance_->abandoned()) && lanes_idle(); }

}  // namespace weir::pipeline
