#include "core/pipeline/output.hpp"

#include <algorithm>

#include "core/pipeline/row_edit.hpp"

namespace weir::pipeline {

Output::Output(const Services& services, const config::OutputSettings& settings,
               const config::AgentSettings& agent, Select select, Modify modify)
    : HostCalls(services.budget),
      services_(services),
      settings_(settings),
      flush_interval_ns_(settings.flush_interval_ns.value_or(agent.flush_interval_ns)),
      flush_jitter_ns_(settings.flush_jitter_ns.value_or(agent.flush_jitter_ns)),
      select_(std::move(select)),
      modify_(std::move(modify)),
      rename_(settings.names),
      start_back_off_(settings.delivery, services.random) {}

std::unique_ptr<Output> Output::make(const Services& services,
                                     const config::OutputSettings& settings,
                                     const config::AgentSettings& agent, std::uint64_t share_bytes,
                                     Instance::Refusal& why, Output* before) {
  auto select = Select::compile(settings.filter, {services.clock, logger_of("outputs", settings)});
  auto modify = Modify::compile(settings.filter);
  if (!select.ok() || !modify.ok()) {
    why = {WEIR_E_CONFIG, select.ok() ? modify.error().message : select.error().message, {}};
    return nullptr;
  }
  std::unique_ptr<Output> made(
      new Output(services, settings, agent, std::move(select).value(), std::move(modify).value()));
  made->instance_ = Instance::create(services,
                                     {settings.descriptor, "outputs", settings.name, settings.alias,
                                      settings.id, settings.log_level, &settings.options,
                                      before != nullptr ? &before->instance_->node() : nullptr},
                                     *made, why);
  if (!made->instance_) return nullptr;
  made->instance_->node().queue_limit = static_cast<std::uint64_t>(settings.metric_buffer_limit);
  if (settings.serializer) {
    auto serializer = Serializer::make(
        services,
        {settings.serializer->descriptor, "serializers", settings.serializer->name, settings.alias,
         settings.id, settings.log_level, &settings.serializer->options,
         before != nullptr && before->rendering_.serializer() != nullptr
             ? &before->rendering_.serializer()->instance().node()
             : nullptr},
        why);
    if (!serializer) return nullptr;
    made->rendering_.use(std::move(serializer));
  }
  made->share_bytes_ = share_bytes;
  return made->connect(before, why) ? std::move(made) : nullptr;
}

// Backlog and sender: those of the one before, or new ones.
bool Output::connect(Output* before, Instance::Refusal& why) {
  const bool has_spool = before != nullptr && before->backlog_->has_spool();
  const bool wants_spool = settings_.delivery.queue != config::QueueKind::memory && !has_spool;
  if (wants_spool && !services_.rehearsal) {
    why = {WEIR_E_CONFIG, {}, "delivery"};
    spool_ = Spool::open(services_, settings_, *instance_, share_bytes_, why.message);
    if (!spool_) return false;
  }
  if (before != nullptr) {
    backlog_ = before->backlog_;
  } else {
    backlog_ = std::make_shared<Backlog>(services_, settings_, *instance_, share_bytes_,
                                         std::move(spool_));
  }
  sender_ =
      std::make_unique<Sender>(Sender::Parts{services_, settings_.delivery, *instance_, rendering_,
                                             *backlog_, executor(), make_letters(*this, before)});
  if (before == nullptr) listen_to_backlog();
  return true;
}

void Output::listen_to_backlog() {
  backlog_->set_on_ready(instance_->tasks().wrap([this] { sender_->kick(); }));
}

// ---- one after the other -----------------------------------------------------------------------------------

void Output::take_over(Output& before) {
  before.step_aside();
  listen_to_backlog();
  backlog_->adopt(settings_, share_bytes_, std::move(spool_));
}

void Output::step_aside() {
  {
    const std::lock_guard lock(mutex_);
    life_before_ = std::exchange(life_, Life::leaving);
    taken_over_ = true;
    services_.timers.cancel(flush_timer_);
    services_.timers.cancel(start_timer_);
  }
  sender_->leave();
}

void Output::come_back(Output& after) {
  after.step_aside();
  listen_to_backlog();
  backlog_->adopt(settings_, share_bytes_, {});
  {
    const std::lock_guard lock(mutex_);
    life_ = life_before_;
    taken_over_ = false;
  }
  sender_->stay();
  if (life_before_ == Life::starting) {
    services_.blocking.post(instance_->tasks().wrap([this] { start_plugin(); }));
  }
  arm_flush_timer();
}

void Output::set_share(std::uint64_t share_bytes) {
  if (share_bytes == share_bytes_) return;
  share_bytes_ = share_bytes;
  backlog_->adopt(settings_, share_bytes, {});
}

void Output::give_back() {
  auto left = sender_->end();
  if (left.empty()) return;
  given_up_ = left;  // The plugin may still read them.
  for (auto& rows : given_up_) rows.tokens.clear();
  backlog_->give_back(std::move(left));
}

bool Output::refused() const {
  const std::lock_guard lock(mutex_);
  return life_ == Life::refused || sender_->state() == Sender::State::refused;
}

DeadLetters* Output::make_letters(Output& output, const Output* before) {
  using Kind = config::DeadLetterKind;
  const auto& delivery = output.settings_.delivery;
  if (delivery.dead_letter == Kind::output) return &output.other_letters_;
  if (delivery.dead_letter != Kind::disk) return nullptr;
  output.disk_letters_ =
      before != nullptr && before->disk_letters_
          ? before->disk_letters_
          : std::make_shared<DiskLetters>(output.services_, output.settings_, *output.instance_);
  return output.disk_letters_.get();
}

Output::~Output() {
  if (instance_) instance_->close_tasks();
}

// The sender of a queue on disk reads from it.
Executor& Output::executor() const {
  const bool reads = settings_.delivery.queue != config::QueueKind::memory;
  return reads || instance_->may_block() ? services_.blocking : services_.workers;
}

// ---- on the lane ----------------------------------------------------------------------------------

// The rows for this output, in a block of their own where they have to be changed or are few.
queue::Parcel Output::prepare(const queue::Parcel& parcel, std::uint32_t& selected) const {
  queue::Parcel mine = parcel;
  auto verdict = select_.judge(parcel);
  selected = verdict.passed;
  if (selected == 0) return {};
  if (!verdict.all) mine.mask = std::move(verdict.mask);
  const bool changes = !modify_.changes_nothing() || !rename_.changes_nothing();
  const bool few = std::uint64_t{selected} * 2 < mine.block.batch()->n_rows;
  if (changes && !make_exclusive(mine, budget_)) return {};
  if (few && !changes && !compact(mine, budget_)) return {};
  if (changes) {
    edit_rows(mine, budget_, [this](editor& e) {
      modify_.apply(e);
      rename_.apply(e);
    });
  }
  return mine;
}

Output::Offer Output::offer(const queue::Parcel& parcel, Lane& lane) {
  std::uint32_t selected = 0;
  queue::Parcel mine = prepare(parcel, selected);
  if (selected != 0 && !mine.block) {  // No memory for a copy.
    for (const auto& token : parcel.tokens) token->abandoned();
  }
  const auto put = backlog_->put({std::move(mine), parcel.count(), selected}, &lane);
  if (put != Backlog::Put::taken) backlog_->ready();
  return put == Backlog::Put::held ? Offer::hold : Offer::taken;
}

void Output::take_letter(const queue::Parcel& rows) {
  std::uint32_t selected = 0;
  queue::Parcel mine = prepare(rows, selected);
  if (backlog_->put({std::move(mine), rows.count(), selected}, nullptr) != Backlog::Put::taken) {
    backlog_->ready();
  }
}

// ---- starting ---------------------------------------------------------------------------------------

void Output::begin() {
  {
    const std::lock_guard lock(mutex_);
    life_ = Life::starting;
  }
  backlog_->expect_progress();
  services_.blocking.post(instance_->tasks().wrap([this] { start_plugin(); }));
  arm_flush_timer();
}

Status Output::begin_now() {
  weir_err err = make_err();
  const weir_status status = instance_->start(0, err);
  if (status < 0) return Error{ErrorKind::unavailable, describe(status, err)};
  started_or_retry(status, err);
  return ok_status();
}

void Output::start_plugin() {
  {
    const std::lock_guard lock(mutex_);
    start_timer_ = 0;
    if (life_ >= Life::leaving) return;
  }
  weir_err err = make_err();
  const weir_status status =
      instance_->start(services_.clock.steady_ns() + flush_interval_ns_, err);
  started_or_retry(status, err);
}

void Output::started_or_retry(weir_status status, const weir_err& err) {
  const std::lock_guard lock(mutex_);
  if (life_ >= Life::leaving) return;
  if (status >= 0) {
    life_ = Life::started;
    backlog_->expect_progress();
    return sender_->open();
  }
  instance_->node().startup_errors += 1;
  instance_->log_failure("start", status, err);
  if (status == WEIR_E_CONFIG) {
    life_ = Life::refused;
    return;
  }
  const std::int64_t wait = start_back_off_.next_ns(err.retry_after_ns);
  TaskGroup& tasks = instance_->tasks();
  start_timer_ = services_.timers.at(services_.clock.steady_ns() + wait, tasks.wrap([this, &tasks] {
    services_.blocking.post(tasks.wrap([this] { start_plugin(); }));
  }));
}

bool Output::started() const {
  const std::lock_guard lock(mutex_);
  return life_ == Life::started && sender_->state() != Sender::State::refused;
}

// ---- flushing and ending ----------------------------------------------------------------------------------

void Output::flush() {
  backlog_->flush();
  backlog_->ready();
}

void Output::arm_flush_timer() {
  const std::int64_t wait = flush_interval_ns_ + services_.random.below(flush_jitter_ns_);
  const std::lock_guard lock(mutex_);
  if (life_ >= Life::leaving) return;
  const std::int64_t at = services_.clock.steady_ns() + wait;
  flush_timer_ = services_.timers.at(at, instance_->tasks().wrap([this] {
    flush();
    arm_flush_timer();
  }));
}

void Output::begin_drain() {
  backlog_->begin_drain();
  sender_->kick();
}

bool Output::idle() const {
  if (backlog_->empty() && sender_->idle()) return true;
  return backlog_->safe() && !sender_->progresses();
}

void Output::end(std::int64_t deadline_ns) {
  {
    const std::lock_guard lock(mutex_);
    life_ = Life::ending;
    services_.timers.cancel(flush_timer_);
    services_.timers.cancel(start_timer_);
  }
  if (taken_over_) {
    give_back();
  } else {
    end_backlog();
  }
  if (instance_->in_call()) return instance_->abandon();
  weir_err err = make_err();
  const weir_status status = instance_->stop(deadline_ns, err);
  if (status < 0) instance_->log_failure("stop", status, err);
}

void Output::end_backlog() {
  given_up_ = sender_->end();
  const Backlog::Left left = backlog_->end(given_up_);
  for (auto& rows : given_up_) rows.tokens.clear();
  if (left.lost != 0) {
    instance_->log().error(std::to_string(left.lost) +
                           " metrics could not be written before the agent stopped; they are lost");
  }
  if (left.kept != 0) {
    instance_->log().info(std::to_string(left.kept) + " metrics wait on disk for the next start");
  }
}

// ---- what the plugin asks for -------------------------------------------------------------------------------

weir_status Output::emit(weir_buf&, const weir_emit&) { return WEIR_E_UNSUPPORTED; }

void Output::report(std::uint64_t, const weir_bad& bad) {
  instance_->log().error("the output reported a bad record: " + std::string(view(bad.reason)));
}

void Output::complete(std::uint64_t delivery, const weir_result& result) {
  sender_->complete(delivery, result);
}

// ---- the last stage -----------------------------------------------------------------------------------------

Stage::Outcome FanOut::run(Job& job, std::vector<queue::Parcel>&, Lane& lane) {
  if (formats_ != 0 && job.resume == 0 && job.parcel.n_rows >= SharedFormat::rows_min) {
    job.parcel.shared = std::make_shared<queue::SharedBytes>(formats_, epoch_);
  }
  for (; job.resume < outputs_.size(); ++job.resume) {
    if (outputs_[job.resume]->offer(job.parcel, lane) == Output::Offer::hold) {
      return Outcome::parked;
    }
  }
  job.parcel = {};
  return Outcome::done;
}

}  // namespace weir::pipeline
