#include "core/pipeline/sender.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <weir/batch.hpp>

namespace weir::pipeline {

using metrics::Drop;

namespace {

// Of a parcel's rows those with these indices in the block.
queue::Parcel select_rows(const queue::Parcel& from, const std::vector<std::uint32_t>& rows) {
  queue::Parcel chosen = from;
  chosen.mask.assign(words(from.row0 + from.n_rows), 0);
  for (const std::uint32_t r : rows) {
    const bool inside = r >= from.row0 && r - from.row0 < from.n_rows;
    if (inside && (from.mask.empty() || bit(from.mask.data(), r))) set_bit(chosen.mask.data(), r);
  }
  return chosen;
}

}  // namespace

Sender::Sender(const Parts& parts)
    : services_(parts.services),
      settings_(parts.delivery),
      instance_(parts.instance),
      rendering_(parts.rendering),
      backlog_(parts.backlog),
      executor_(parts.executor),
      letters_(parts.letters),
      back_off_(settings_, services_.random),
      limit_(static_cast<std::uint32_t>(settings_.max_in_flight), settings_.adaptive),
      rate_rows_(settings_.rate_rows),
      rate_bytes_(settings_.rate_bytes) {}

void Sender::open() {
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  state_ = State::open;
  kick_locked();
}

// ---- choosing what to send --------------------------------------------------------------------------------

void Sender::kick() {
  const std::lock_guard lock(mutex_);
  kick_locked();
}

void Sender::kick_locked() {
  if (running_ || !can_send_locked()) return;
  running_ = true;
  executor_.post(instance_.tasks().wrap([this] { run(); }));
}

bool Sender::can_send_locked() const {
  if (state_ != State::open || ended_ || leaving_) return false;
  const bool unsent = std::any_of(flights_.begin(), flights_.end(),
                                  [](const Flight& f) { return f.delivery == 0; });
  return unsent || (open_ < limit_.now() && backlog_.wants_write());
}

void Sender::run() {
  constexpr int calls_per_turn = 16;
  for (int i = 0; i < calls_per_turn; ++i) {
    if (!send_one()) return;
  }
  executor_.post_next(instance_.tasks().wrap([this] { run(); }));
}

// False when there is nothing to send now.
bool Sender::send_one() {
  backlog_.refill();
  Call call;
  if (!next_call(call)) return false;
  Answer answer{WEIR_OK, make_err(), {}};
  answer.status = rendering_.render(call.delivery, call.rows, answer.err);
  if (answer.status != WEIR_OK) instance_.log_failure("serialize", answer.status, answer.err);
  const std::uint64_t unwritable = rendering_.unwritable();
  if (answer.status == WEIR_OK) {
    sent(call.delivery);
    answer.status = instance_.work("write", answer.err, [&](void* self) {
      return instance_.ops<weir_output_ops>().write(self, &call.delivery, &answer.err);
    });
    answer.status = at_most(WEIR_ASYNC, answer.status, answer.err);
  }
  returned(call.delivery.id, unwritable, answer);
  return true;
}

bool Sender::next_call(Call& call) {
  const std::lock_guard lock(mutex_);
  Flight* const flight = may_send_locked() ? next_flight_locked() : nullptr;
  if (flight == nullptr) {
    running_ = false;
    return false;
  }
  call.rows = flight->pieces.front();
  call.delivery = call.rows.delivery(next_delivery_++);
  call.delivery.attempt = flight->attempt;
  flight->delivery = calling_ = call.delivery.id;
  flight->begun_ns = services_.clock.steady_ns();
  if (flight->first_ns == 0) flight->first_ns = services_.clock.wall_ns();
  flight->attempts += 1;
  early_.reset();
  ++open_;
  return true;
}

// Where the rate forbids it a timer tries again.
bool Sender::may_send_locked() {
  if (state_ != State::open || ended_ || leaving_) return false;
  const std::int64_t now = services_.clock.steady_ns();
  const std::int64_t wait = std::max(rate_rows_.wait_ns(now), rate_bytes_.wait_ns(now));
  if (wait == 0) return true;
  if (rate_timer_ != 0) return false;
  rate_timer_ = services_.timers.at(now + wait, instance_.tasks().wrap([this] {
    const std::lock_guard lock(mutex_);
    rate_timer_ = 0;
    kick_locked();
  }));
  return false;
}

// What the batch takes of the rate: its bytes, or its part of the block where it has none.
void Sender::sent(const weir_delivery& delivery) {
  const weir_batch& block = *delivery.batch;
  const std::uint64_t bytes = delivery.raw.len != 0 ? delivery.raw.len
                                                    : std::uint64_t{block.total} * delivery.n_rows /
                                                          std::max(block.n_rows, 1U);
  const std::lock_guard lock(mutex_);
  if (Flight* const flight = flight_of_locked(delivery.id)) flight->bytes = bytes;
  rate_rows_.spend(delivery.n_rows);
  rate_bytes_.spend(bytes);
}

Sender::Flight* Sender::next_flight_locked() {
  const bool probing = settings_.breaker && back_off_.failures() >= breaker_failures;
  if (probing && open_ != 0) return nullptr;
  if (Flight* const again = unsent_locked()) return again->delivery == 0 ? again : nullptr;
  if (open_ >= limit_.now() || !backlog_.wants_write()) return nullptr;
  queue::Parcel rows = backlog_.take();
  if (!rows.block) return nullptr;
  flights_.emplace_back().pieces.push_back(std::move(rows));
  return &flights_.back();
}

// The first flight that has to be sent again. While one behind it is still with the plugin, that one.
Sender::Flight* Sender::unsent_locked() {
  const auto unsent = std::find_if(flights_.begin(), flights_.end(),
                                   [](const Flight& f) { return f.delivery == 0; });
  if (unsent == flights_.end()) return nullptr;
  const auto open =
      std::find_if(unsent, flights_.end(), [](const Flight& f) { return f.delivery != 0; });
  return open == flights_.end() ? &*unsent : &*open;
}

// ---- the answer -------------------------------------------------------------------------------------------

// The plugin's write came back; an asynchronous one may even have been answered before.
void Sender::returned(std::uint64_t delivery, std::uint64_t unwritable, Answer answer) {
  {
    const std::lock_guard lock(mutex_);
    calling_ = 0;
    if (Flight* const flight = flight_of_locked(delivery)) flight->unwritable = unwritable;
    const std::optional<Answer> early = std::exchange(early_, {});
    if (answer.status == WEIR_ASYNC && !early) return;
    if (early && answer.status == WEIR_ASYNC) answer = *early;
  }
  finish(delivery, answer);
}

void Sender::complete(std::uint64_t delivery, const weir_result& result) {
  Answer answer{result.status, make_err(), {}};
  if (result.n_rejected != 0) {
    answer.rejected.assign(result.rejected, result.rejected + result.n_rejected);
  }
  fill(&answer.err, result.status, view(result.reason), {}, result.retry_after_ns);
  answer.status = Instance::judge(at_most(WEIR_OK, answer.status, answer.err), answer.err);
  {
    const std::lock_guard lock(mutex_);
    if (delivery == 0 || flight_of_locked(delivery) == nullptr) {
      return;  // Completed twice, or never ours.
    }
    if (delivery == calling_) {
      early_ = answer;
      return;
    }
  }
  finish(delivery, answer);
  kick();
}

Sender::Flight* Sender::flight_of_locked(std::uint64_t delivery) {
  const auto at = std::find_if(flights_.begin(), flights_.end(),
                               [&](const Flight& f) { return f.delivery == delivery; });
  return at == flights_.end() ? nullptr : &*at;
}

void Sender::finish(std::uint64_t delivery, const Answer& answer) {
  std::vector<Letter> letters;
  std::vector<queue::Parcel> unsent;
  {
    const std::lock_guard lock(mutex_);
    Flight* const flight = ended_ ? nullptr : flight_of_locked(delivery);
    if (flight == nullptr) return;  // Its rows were counted as lost when the time was up.
    flight->delivery = 0;
    --open_;
    settle_locked(*flight, answer);
    std::erase_if(flights_, [](const Flight& f) { return f.pieces.empty(); });
    letters.swap(unposted_);
    if (leaving_) unsent = take_unsent_locked();
  }
  post(letters);
  backlog_.give_back(std::move(unsent));
  backlog_.after_settling();
}

std::vector<queue::Parcel> Sender::take_unsent_locked() {
  std::vector<queue::Parcel> unsent;
  for (Flight& flight : flights_) {
    const std::size_t kept = flight.delivery == 0 ? 0 : 1;
    for (std::size_t i = kept; i < flight.pieces.size(); ++i) {
      unsent.push_back(std::move(flight.pieces[i]));
    }
    flight.pieces.resize(kept);
  }
  std::erase_if(flights_, [](const Flight& f) { return f.pieces.empty(); });
  return unsent;
}

void Sender::leave() {
  std::vector<queue::Parcel> unsent;
  {
    const std::lock_guard lock(mutex_);
    leaving_ = true;
    unsent = take_unsent_locked();
  }
  backlog_.give_back(std::move(unsent));
}

void Sender::stay() {
  const std::lock_guard lock(mutex_);
  leaving_ = false;
  kick_locked();
}

void Sender::settle_locked(Flight& flight, const Answer& answer) {
  metrics::Node& node = instance_.node();
  node.calls += 1;
  node.call_ns += static_cast<std::uint64_t>(services_.clock.steady_ns() - flight.begun_ns);
  if (answer.status >= 0) return delivered_locked(flight, answer.rejected);
  node.errors += 1;
  if (answer.status == WEIR_E_SPLIT) return split_locked(flight, answer.err);
  instance_.log_failure("write", answer.status, answer.err);
  failed_locked(flight, answer);
}

void Sender::failed_locked(Flight& flight, const Answer& answer) {
  const std::string why = describe(answer.status, answer.err);
  switch (answer.status) {
    case WEIR_E_CONFIG:
      instance_.log().error("the output is not tried again: correct its configuration and reload");
      state_ = State::refused;
      instance_.node().condition = metrics::Condition::refused;
      return;
    case WEIR_E_FAIL:
    case WEIR_E_UNSUPPORTED: return give_up_locked(flight, Drop::rejected, why);
    case WEIR_E_PANIC: return give_up_locked(flight, Drop::plugin_error, why);
    default: break;
  }
  limit_.failed();
  if (settings_.max_attempts != 0 && flight.attempt >= settings_.max_attempts) {
    return give_up_locked(flight, Drop::rejected, "max_attempts reached: " + why);
  }
  retry_locked(flight, answer.err.retry_after_ns);
}

void Sender::delivered_locked(Flight& flight, const std::vector<std::uint32_t>& rejected) {
  metrics::Node& node = instance_.node();
  const queue::Parcel& piece = flight.pieces.front();
  const std::uint64_t rows = piece.count();
  const std::uint64_t unwritable = std::min(rows, flight.unwritable);
  queue::Parcel refused = select_rows(piece, rejected);
  const std::uint64_t refused_rows = std::min<std::uint64_t>(rows - unwritable, refused.count());
  node.out += rows - unwritable - refused_rows;
  node.drop(Drop::serialize_error, unwritable);
  node.batches += 1;
  node.condition = metrics::Condition::running;
  if (unwritable + refused_rows != 0) {
    for (const auto& token : piece.tokens) token->lost();
  }
  if (refused_rows != 0) {
    write_letter_locked(flight, std::move(refused), Drop::rejected,
                        "rejected by the output's peer");
  }
  back_off_.succeeded();
  limit_.succeeded(services_.clock.steady_ns() - flight.begun_ns, flight.bytes);
  piece_done_locked(flight, true);
}

// Bisects: in log2 steps the bad record is alone, and only it is given up.
void Sender::split_locked(Flight& flight, const weir_err& err) {
  queue::Parcel& piece = flight.pieces.front();
  const std::uint64_t rows = piece.count();
  if (rows > 1) {
    queue::Parcel half = queue::split_front(piece, rows / 2);
    flight.pieces.push_front(std::move(half));
    return;
  }
  const std::string why = describe(WEIR_E_SPLIT, err);
  instance_.log().error("the output cannot take a record, it is given up: " + why);
  give_up_locked(flight, flight.unwritable != 0 ? Drop::serialize_error : Drop::rejected, why);
}

// Of the first piece.
void Sender::give_up_locked(Flight& flight, Drop reason, std::string why) {
  for (const auto& token : flight.pieces.front().tokens) token->lost();
  write_letter_locked(flight, flight.pieces.front(), reason, std::move(why));
  piece_done_locked(flight, false);
}

void Sender::write_letter_locked(const Flight& flight, queue::Parcel rows, Drop reason,
                                 std::string why) {
  rows.record_end = 0;
  unposted_.push_back({std::move(rows), reason, std::move(why), flight.attempts, flight.first_ns,
                       services_.clock.wall_ns()});
}

// Without the lock: it may wait for the disk.
void Sender::post(const std::vector<Letter>& letters) {
  metrics::Node& node = instance_.node();
  for (const Letter& letter : letters) {
    const std::uint64_t rows = letter.rows.count();
    if (letters_ != nullptr && letters_->take(letter)) {
      node.dead_lettered += rows;
    } else {
      node.drop(letter.otherwise, rows);
    }
  }
}

void Sender::piece_done_locked(Flight& flight, bool progress) {
  backlog_.settled(flight.pieces.front(), progress);
  flight.pieces.pop_front();
  flight.attempt = 1;
}

void Sender::retry_locked(Flight& flight, std::int64_t at_least_ns) {
  flight.attempt += 1;
  instance_.node().retries += 1;
  instance_.node().condition = metrics::Condition::retrying;
  if (state_ == State::backing_off) return;  // Another flight has failed before it.
  state_ = State::backing_off;
  const std::int64_t wait = back_off_.next_ns(at_least_ns);
  const std::int64_t at = services_.clock.steady_ns() + wait;
  retry_timer_ = services_.timers.at(at, instance_.tasks().wrap([this] {
    const std::lock_guard lock(mutex_);
    retry_timer_ = 0;
    if (state_ == State::backing_off) state_ = State::open;
    kick_locked();
  }));
}

// ---- watching and ending ------------------------------------------------------------------------------------

Sender::State Sender::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

bool Sender::idle() const {
  const std::lock_guard lock(mutex_);
  return flights_.empty();
}

std::vector<queue::Parcel> Sender::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  services_.timers.cancel(retry_timer_);
  services_.timers.cancel(rate_timer_);
  std::vector<queue::Parcel> left;
  for (auto& flight : flights_) {
    for (auto& piece : flight.pieces) left.push_back(std::move(piece));
  }
  flights_.clear();
  return left;
}

}  // namespace weir::pipeline
