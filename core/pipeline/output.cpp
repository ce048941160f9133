#include "core/pipeline/output.hpp"

#include <algorithm>

#include "core/pipeline/row_edit.hpp"

namespace weir::pipeline {

using metrics::Drop;

Output::Output(const Services& services, const config::OutputSettings& settings,
               const config::AgentSettings& agent, std::uint64_t share_bytes, Select select,
               Modify modify)
    : HostCalls(services.budget),
      services_(services),
      settings_(settings),
      flush_interval_ns_(settings.flush_interval_ns.value_or(agent.flush_interval_ns)),
      flush_jitter_ns_(settings.flush_jitter_ns.value_or(agent.flush_jitter_ns)),
      select_(std::move(select)),
      modify_(std::move(modify)),
      rename_(settings.names),
      queue_(static_cast<std::uint64_t>(settings.metric_buffer_limit), share_bytes),
      last_progress_ns_(services.clock.steady_ns()) {}

std::unique_ptr<Output> Output::make(const Services& services,
                                     const config::OutputSettings& settings,
                                     const config::AgentSettings& agent, std::uint64_t share_bytes,
                                     Instance::Refusal& why) {
  auto select = Select::compile(settings.filter, {services.clock, logger_of("outputs", settings)});
  auto modify = Modify::compile(settings.filter);
  if (!select.ok() || !modify.ok()) {
    why = {WEIR_E_CONFIG, select.ok() ? modify.error().message : select.error().message, {}};
    return nullptr;
  }
  std::unique_ptr<Output> made(new Output(services, settings, agent, share_bytes,
                                          std::move(select).value(), std::move(modify).value()));
  made->instance_ = Instance::create(services,
                                     {settings.descriptor, "outputs", settings.name, settings.alias,
                                      settings.id, settings.log_level, &settings.options},
                                     *made, why);
  if (!made->instance_) return nullptr;
  made->instance_->node().queue_limit = static_cast<std::uint64_t>(settings.metric_buffer_limit);
  if (!settings.serializer) return made;
  made->serializer_ = Serializer::make(
      services,
      {settings.serializer->descriptor, "serializers", settings.serializer->name, settings.alias,
       settings.id, settings.log_level, &settings.serializer->options},
      why);
  return made->serializer_ ? std::move(made) : nullptr;
}

Output::~Output() = default;

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
  const std::uint32_t offered = parcel.count();
  std::uint32_t selected = 0;
  queue::Parcel mine = prepare(parcel, selected);
  const std::uint64_t rows = mine.block ? mine.count() : 0;
  const std::uint64_t bytes = mine.block ? mine.block->cap_bytes() : 0;
  std::unique_lock lock(mutex_);
  if (rows != 0 && !queue_.fits(rows, bytes, flight_rows_) && must_hold(!parcel.tokens.empty())) {
    hold(lane);
    return Offer::hold;
  }
  accept(std::move(mine), offered, selected);
  kick_locked();
  return Offer::taken;
}

// With mutex_ held, when the rows do not fit.
bool Output::must_hold(bool has_tokens) const {
  if (ending_) return false;
  if (has_tokens) return true;
  const auto& delivery = settings_.delivery;
  if (delivery.overflow == config::Overflow::block) return true;
  return delivery.overflow == config::Overflow::wait &&
         services_.clock.steady_ns() - last_progress_ns_ < delivery.overflow_wait_ns;
}

// How many rows these are, whose sources are told that they are lost.
std::uint64_t Output::lose(const queue::Parcel& rows) {
  for (const auto& token : rows.tokens) token->lost();
  return rows.count();
}

// With mutex_ held: the lane is woken when there is room, or when waiting is over.
void Output::hold(Lane& lane) {
  held_.push_back(lane.weak_from_this());
  flush_rows_ = std::max(flush_rows_, queue_.rows());
  kick_locked();
  if (settings_.delivery.overflow != config::Overflow::wait || hold_timer_ != 0) return;
  hold_timer_ =
      services_.timers.at(last_progress_ns_ + settings_.delivery.overflow_wait_ns, [this] {
        {
          const std::lock_guard lock(mutex_);
          hold_timer_ = 0;
        }
        wake_lanes();
      });
}

// With mutex_ held.
void Output::accept(queue::Parcel rows, std::uint32_t offered, std::uint32_t selected) {
  metrics::Node& node = instance_->node();
  const std::uint64_t count = rows.block ? rows.count() : 0;
  node.in += offered;
  const bool copy_failed = selected != 0 && !rows.block;
  if (copy_failed) node.drop(Drop::no_memory, selected);
  node.filtered += offered - (copy_failed ? selected : count);
  if (count == 0) return;
  if (ending_) {  // A lane that was held until now.
    node.drop(Drop::shutdown, lose(rows));
    return;
  }
  if (settings_.delivery.overflow == config::Overflow::drop_newest) {
    push_newest(std::move(rows));
  } else {
    queue_.push(std::move(rows));
  }
  join_small_tail();
  const std::uint64_t dropped = queue_.drop_oldest(flight_rows_);
  if (dropped != 0) {
    node.drop(Drop::overflow, dropped);
    instance_->log().warn(
        "Metric buffer overflow; the oldest metrics are dropped and counted (see why the output "
        "is slow, or raise metric_buffer_limit)");
  }
  update_gauges_locked();
}

// Many blocks of a few rows each would cost more than their rows.
void Output::join_small_tail() {
  auto small = queue_.take_small_tail();
  if (small.empty()) return;
  queue::Parcel joined = join_parcels(small, budget_);
  if (joined.block) return queue_.push(std::move(joined));
  for (auto& parcel : small) queue_.push(std::move(parcel));
}

void Output::push_newest(queue::Parcel rows) {
  const std::uint64_t room =
      queue_.room_rows(rows.block ? rows.block->cap_bytes() : 0, flight_rows_);
  queue::Parcel first = queue::split_front(rows, room);
  instance_->node().drop(Drop::overflow, rows.count());
  if (rows.count() != 0) {
    instance_->log().warn("Metric buffer overflow; the newest metrics are dropped and counted");
  }
  queue_.push(std::move(first));
}

// ---- starting ---------------------------------------------------------------------------------------

void Output::begin() {
  {
    const std::lock_guard lock(mutex_);
    state_ = State::starting;
    last_progress_ns_ = services_.clock.steady_ns();
  }
  services_.blocking.post([this] { start_plugin(); });
  arm_flush_timer();
}

Status Output::begin_now() {
  weir_err err = make_err();
  const weir_status status = instance_->start(0, err);
  if (status < 0) return Error{ErrorKind::unavailable, describe(status, err)};
  const std::lock_guard lock(mutex_);
  state_ = State::idle;
  last_progress_ns_ = services_.clock.steady_ns();
  return ok_status();
}

void Output::start_plugin() {
  {
    const std::lock_guard lock(mutex_);
    retry_timer_ = 0;
    if (ending_) return;
  }
  weir_err err = make_err();
  const weir_status status =
      instance_->start(services_.clock.steady_ns() + flush_interval_ns_, err);
  started_or_retry(status, err);
}

void Output::started_or_retry(weir_status status, const weir_err& err) {
  const std::lock_guard lock(mutex_);
  if (ending_) return;
  if (status >= 0) {
    state_ = State::idle;
    failures_ = 0;
    return kick_locked();
  }
  instance_->node().startup_errors += 1;
  instance_->log_failure("start", status, err);
  if (status == WEIR_E_CONFIG) {
    state_ = State::refused;
    return;
  }
  back_off_locked(err.retry_after_ns);
  state_ = State::starting;
}

bool Output::started() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::idle || state_ == State::writing || state_ == State::backing_off;
}

// ---- sending ------------------------------------------------------------------------------------------

Executor& Output::executor() const {
  return instance_->may_block() ? services_.blocking : services_.workers;
}

bool Output::wants_write_locked() const {
  if (!flight_.pieces.empty()) return true;
  if (queue_.empty()) return false;
  return flush_rows_ != 0 || draining_ ||
         queue_.rows() >= static_cast<std::uint64_t>(settings_.metric_batch_size);
}

void Output::kick_locked() {
  if (state_ != State::idle || ending_ || !wants_write_locked()) return;
  state_ = State::writing;
  executor().post([this] { write_some(); });
}

void Output::flush() {
  const std::lock_guard lock(mutex_);
  flush_rows_ = queue_.rows();
  kick_locked();
}

void Output::arm_flush_timer() {
  const std::int64_t wait = flush_interval_ns_ + services_.random.below(flush_jitter_ns_);
  const std::lock_guard lock(mutex_);
  if (ending_) return;
  flush_timer_ = services_.timers.at(services_.clock.steady_ns() + wait, [this] {
    flush();
    arm_flush_timer();
  });
}

void Output::write_some() {
  constexpr int writes_per_turn = 16;
  for (int i = 0; i < writes_per_turn; ++i) {
    if (!write_one()) return;
  }
  executor().post_next([this] { write_some(); });
}

// One batch to the plugin. False when this turn is over.
bool Output::write_one() {
  weir_delivery delivery{};
  queue::Parcel shared;  // Where the bytes of its rows may be.
  {
    const std::lock_guard lock(mutex_);
    if (flight_.pieces.empty() && wants_write_locked()) load_flight_locked();
    if (flight_.pieces.empty() || ending_) {
      state_ = State::idle;
      return false;
    }
    const queue::Parcel& piece = flight_.pieces.front();
    delivery = piece.delivery(next_delivery_++);
    if (piece.shared && piece.mask.empty()) shared = piece;
    delivery.attempt = flight_.attempt;
    open_delivery_ = delivery.id;
    write_begun_ns_ = services_.clock.steady_ns();
    calling_ = true;
    early_.reset();
  }
  weir_err err = make_err();
  const weir_status prepared = serialize(delivery, shared, err);
  const weir_status status =
      prepared != WEIR_OK ? prepared : instance_->work("write", err, [&](void* self) {
        return instance_->ops<weir_output_ops>().write(self, &delivery, &err);
      });
  return returned(at_most(WEIR_ASYNC, status, err), err);
}

// The plugin's write came back; an asynchronous one may even have completed before.
bool Output::returned(weir_status status, const weir_err& err) {
  std::optional<Completion> early;
  {
    const std::lock_guard lock(mutex_);
    calling_ = false;
    early = early_;
    early_.reset();
  }
  if (status != WEIR_ASYNC) return finish(status, err, 0);
  return early && finish(early->status, early->err, early->rejected);
}

void Output::complete(std::uint64_t delivery, const weir_result& result) {
  Completion done{result.status, make_err(), result.n_rejected};
  fill(&done.err, result.status, view(result.reason), {}, result.retry_after_ns);
  done.status = Instance::judge(at_most(WEIR_OK, done.status, done.err), done.err);
  {
    const std::lock_guard lock(mutex_);
    if (delivery != open_delivery_) return;  // Completed twice, or never ours.
    if (calling_) {
      early_ = done;
      return;
    }
  }
  if (finish(done.status, done.err, done.rejected)) executor().post([this] { write_some(); });
}

const config::FormatSettings* Output::shareable() const {
  if (!settings_.serializer || document_) return nullptr;
  return serializer_->instance().has(WEIR_ROWS_ALONE) ? &*settings_.serializer : nullptr;
}

weir_status Output::serialize(weir_delivery& delivery, const queue::Parcel& shared, weir_err& err) {
  unwritable_ = 0;
  if (!serializer_ || take_shared(delivery, shared)) return WEIR_OK;
  const weir_status status = serializer_->run(delivery, document_, err);
  unwritable_ = serializer_->take_bad();
  if (status < 0) unwritable_ = 1;
  if (status < 0) instance_->log_failure("serialize", status, err);
  return status < 0 ? weir_status{WEIR_E_SPLIT} : weir_status{WEIR_OK};
}

bool Output::take_shared(weir_delivery& delivery, const queue::Parcel& shared) {
  shared_bytes_.reset();
  if (shared_format_ == nullptr || !shared.shared) return false;
  shared_bytes_ = shared_format_->of(shared.block, shared.shared);
  if (!shared_bytes_) return false;
  shared_bytes_->cut(delivery, shared_ends_);
  return true;
}

void Output::load_flight_locked() {
  queue::Parcel rows = take_batch_locked();
  if (!rows.block) return;
  const std::uint64_t n = rows.count();
  flush_rows_ -= std::min(flush_rows_, n);
  flight_rows_ = n;
  flight_.attempt = 1;
  flight_.pieces.push_back(std::move(rows));
  update_gauges_locked();
}

// One block of at most metric_batch_size rows; small parcels are put together into a new one.
queue::Parcel Output::take_batch_locked() {
  const auto most = static_cast<std::uint64_t>(settings_.metric_batch_size);
  queue::Parcel first = queue_.take(most);
  if (!first.block || queue_.empty() || first.count() * 2 >= most) return first;
  std::vector<queue::Parcel> parts;
  std::uint64_t rows = first.count();
  parts.push_back(std::move(first));
  while (rows < most && !queue_.empty()) {
    parts.push_back(queue_.take(most - rows));
    rows += parts.back().count();
  }
  queue::Parcel joined = join_parcels(parts, budget_);
  if (joined.block) return joined;
  for (std::size_t i = parts.size(); i-- > 1;) queue_.put_back(std::move(parts[i]));
  return std::move(parts.front());
}

// True when the caller goes on writing. Decided under the lock in which the output may become idle: behind
// it somebody else may set it to write again, and must stay the only one who does.
bool Output::finish(weir_status status, const weir_err& err, std::uint64_t rejected) {
  bool going_on = false;
  {
    const std::lock_guard lock(mutex_);
    if (ending_) return false;  // Its rows were counted as lost when the time was up.
    open_delivery_ = 0;
    settle_locked(status, err, rejected);
    update_gauges_locked();
    if (state_ == State::writing && (ending_ || !wants_write_locked())) state_ = State::idle;
    going_on = state_ == State::writing;
  }
  wake_lanes();
  return going_on;
}

void Output::settle_locked(weir_status status, const weir_err& err, std::uint64_t rejected) {
  metrics::Node& node = instance_->node();
  node.calls += 1;
  node.call_ns += static_cast<std::uint64_t>(services_.clock.steady_ns() - write_begun_ns_);
  if (status >= 0) return delivered_locked(rejected);
  node.errors += 1;
  const bool given_up =
      settings_.delivery.max_attempts != 0 && flight_.attempt >= settings_.delivery.max_attempts;
  switch (status) {
    case WEIR_E_SPLIT: return split_locked(err);
    case WEIR_E_CONFIG:
      instance_->log_failure("write", status, err);
      instance_->log().error("the output is not tried again: correct its configuration and reload");
      state_ = State::refused;
      return;
    case WEIR_E_FAIL:
    case WEIR_E_UNSUPPORTED:
      instance_->log_failure("write", status, err);
      return drop_piece_locked(Drop::rejected);
    case WEIR_E_PANIC:
      instance_->log_failure("write", status, err);
      return drop_piece_locked(Drop::plugin_error);
    default: break;
  }
  instance_->log_failure("write", status, err);
  if (given_up) return drop_piece_locked(Drop::rejected);
  flight_.attempt += 1;
  node.retries += 1;
  back_off_locked(err.retry_after_ns);
}

void Output::delivered_locked(std::uint64_t rejected) {
  metrics::Node& node = instance_->node();
  const queue::Parcel piece = std::move(flight_.pieces.front());
  flight_.pieces.pop_front();
  const std::uint64_t rows = piece.count();
  const std::uint64_t unwritable = std::min(rows, unwritable_);
  const std::uint64_t refused = std::min(rows - unwritable, rejected);
  node.out += rows - unwritable - refused;
  node.drop(Drop::serialize_error, unwritable);
  node.drop(Drop::rejected, refused);
  node.batches += 1;
  flight_rows_ -= rows;
  flight_.attempt = 1;
  failures_ = 0;
  last_progress_ns_ = services_.clock.steady_ns();
}

// Bisects: in log2 steps the bad record is alone, and only it is dropped.
void Output::split_locked(const weir_err& err) {
  queue::Parcel& piece = flight_.pieces.front();
  const std::uint64_t rows = piece.count();
  if (rows > 1) {
    queue::Parcel half = queue::split_front(piece, rows / 2);
    flight_.pieces.push_front(std::move(half));
    return;
  }
  instance_->log().error("a record was dropped, the output cannot take it: " +
                         describe(WEIR_E_SPLIT, err));
  drop_piece_locked(unwritable_ != 0 ? Drop::serialize_error : Drop::rejected);
}

void Output::drop_piece_locked(Drop reason) {
  const queue::Parcel piece = std::move(flight_.pieces.front());
  flight_.pieces.pop_front();
  const std::uint64_t rows = lose(piece);
  instance_->node().drop(reason, rows);
  flight_rows_ -= rows;
  flight_.attempt = 1;
}

// Exponential with full jitter: somewhere in (0, initial * 2^failures], at most retry_max.
void Output::back_off_locked(std::int64_t at_least_ns) {
  const auto& delivery = settings_.delivery;
  const std::uint32_t doublings = std::min(failures_, 30U);
  const std::int64_t most = std::min(delivery.retry_max_ns, delivery.retry_initial_ns << doublings);
  const std::int64_t wait =
      std::max(at_least_ns, services_.random.below(std::max<std::int64_t>(most, 1)) + 1);
  ++failures_;
  const bool starting = state_ == State::starting;
  state_ = State::backing_off;
  retry_timer_ = services_.timers.at(services_.clock.steady_ns() + wait, [this, starting] {
    if (starting) return services_.blocking.post([this] { start_plugin(); });
    const std::lock_guard lock(mutex_);
    retry_timer_ = 0;
    if (state_ != State::backing_off) return;
    state_ = State::idle;
    kick_locked();
  });
}

// ---- ending -----------------------------------------------------------------------------------------------

void Output::begin_drain() {
  {
    const std::lock_guard lock(mutex_);
    draining_ = true;
    kick_locked();
  }
  wake_lanes();
}

bool Output::idle() const {
  const std::lock_guard lock(mutex_);
  return queue_.empty() && flight_.pieces.empty();
}

void Output::end(std::int64_t deadline_ns) {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    for (const Timers::Id id : {flush_timer_, retry_timer_, hold_timer_}) {
      services_.timers.cancel(id);
    }
    std::uint64_t left = 0;
    for (const auto& piece : flight_.pieces) left += lose(piece);
    while (!queue_.empty()) left += lose(queue_.take(queue_.rows()));
    instance_->node().drop(Drop::shutdown, left);
    if (left != 0) {
      instance_->log().error(
          std::to_string(left) +
          " metrics could not be written before the agent stopped; they are lost");
    }
    flight_rows_ = 0;
    open_delivery_ = 0;
    // A write that has not come back may still read them.
    given_up_ = std::move(flight_.pieces);
    flight_.pieces.clear();
    update_gauges_locked();
  }
  wake_lanes();
  if (instance_->in_call()) return instance_->abandon();
  weir_err err = make_err();
  const weir_status status = instance_->stop(deadline_ns, err);
  if (status < 0) instance_->log_failure("stop", status, err);
}

void Output::update_gauges_locked() {
  instance_->node().queued = queue_.rows();
  instance_->node().in_flight = flight_rows_;
}

void Output::wake_lanes() {
  std::vector<std::weak_ptr<Lane>> lanes;
  {
    const std::lock_guard lock(mutex_);
    lanes.swap(held_);
  }
  for (const auto& weak : lanes) {
    if (const auto lane = weak.lock()) lane->wake();
  }
}

weir_status Output::emit(weir_buf&, const weir_emit&) { return WEIR_E_UNSUPPORTED; }

void Output::report(std::uint64_t, const weir_bad& bad) {
  instance_->log().error("the output reported a bad record: " + std::string(view(bad.reason)));
}

// ---- the last stage -----------------------------------------------------------------------------------------

Stage::Outcome FanOut::run(Job& job, std::vector<queue::Parcel>&, Lane& lane) {
  if (formats_ != 0 && job.resume == 0 && job.parcel.n_rows >= SharedFormat::rows_min) {
    job.parcel.shared = std::make_shared<queue::SharedBytes>(formats_);
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
