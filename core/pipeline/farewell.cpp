#include "core/pipeline/farewell.hpp"

#include <algorithm>
#include <utility>

namespace weir::pipeline {
namespace {

// How long a plugin may take to stop.
constexpr std::int64_t stop_ns = 2'000'000'000;

// Does nobody else hold it? The copy makes what others did before they let go visible here.
template <typename T>
bool only_ours(const std::shared_ptr<T>& part) {
  // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): the copy is what synchronises
  const std::shared_ptr<T> look = part;
  return look.use_count() == 2;
}

void stop(Instance& instance) {
  weir_err err = make_err();
  const weir_status status = instance.stop(0, err);
  if (status < 0) instance.log_failure("stop", status, err);
}

}  // namespace

Instance& Farewell::Guest::instance() const {
  if (input) return input->instance();
  if (output) return output->instance();
  return processor ? processor->instance() : aggregator->instance();
}

bool Farewell::Guest::alone() const {
  if (input) return only_ours(input);
  if (output) return only_ours(output);
  return processor ? only_ours(processor) : only_ours(aggregator);
}

bool Farewell::Guest::may_end(bool late) const {
  if (input) return late || (!input->gathering() && input->open_tokens() == 0);
  if (!output) return alone();
  return late || (taken_over ? output->sends_nothing() : alone() && output->idle());
}

bool Farewell::Guest::may_go() const {
  if (instance().abandoned() || instance().in_call() || !alone()) return false;
  return !input || input->idle();
}

void Farewell::take(std::shared_ptr<Input> input, std::int64_t deadline_ns) {
  input->quiesce(false);
  Guest guest;
  guest.input = std::move(input);
  guest.deadline_ns = deadline_ns;
  take(std::move(guest));
}

void Farewell::take(std::shared_ptr<Output> output, bool taken_over, std::int64_t deadline_ns) {
  if (!taken_over) output->begin_drain();
  Guest guest;
  guest.output = std::move(output);
  guest.taken_over = taken_over;
  guest.deadline_ns = deadline_ns;
  take(std::move(guest));
}

void Farewell::take(std::shared_ptr<ProcessorStage> processor) {
  Guest guest;
  guest.processor = std::move(processor);
  take(std::move(guest));
}

void Farewell::take(std::shared_ptr<Aggregator> aggregator) {
  Guest guest;
  guest.aggregator = std::move(aggregator);
  take(std::move(guest));
}

void Farewell::take(Guest guest) {
  const std::lock_guard lock(mutex_);
  guests_.push_back(std::move(guest));
}

// What goes is destroyed here, on the control thread and without the lock.
void Farewell::tend() {
  const std::int64_t now = services_.clock.steady_ns();
  for (const Guest& guest : guests_) {
    if (guest.input && now >= guest.deadline_ns) guest.input->quiesce(true);
    if (*guest.step != Step::waiting || !guest.may_end(now >= guest.deadline_ns)) continue;
    *guest.step = Step::ending;
    services_.blocking.post([this, guest] {
      const auto step = guest.step;
      end(guest);
      *step = Step::ended;
    });
  }
  std::vector<Guest> gone;
  const std::lock_guard lock(mutex_);
  for (Guest& guest : guests_) {
    if (*guest.step != Step::ended || !guest.may_go()) continue;
    if (guest.input) guest.input->forget_sessions();
    gone.push_back(std::move(guest));
  }
  std::erase_if(guests_, [](const Guest& g) {
    return !g.input && !g.output && !g.processor && !g.aggregator;
  });
}

void Farewell::end(const Guest& guest) const {
  const std::int64_t until = services_.clock.steady_ns() + stop_ns;
  if (guest.input) return guest.input->end(until);
  if (guest.output) return guest.output->end(until);
  if (guest.aggregator) {
    for (auto& rows : guest.aggregator->push(services_.clock.wall_ns())) {
      lane_->push(std::move(rows));
    }
  }
  stop(guest.instance());
}

void Farewell::hurry() {
  for (Guest& guest : guests_) {
    if (guest.input) guest.input->quiesce(true);
    if (*guest.step != Step::waiting) continue;
    if (guest.deadline_ns != INT64_MAX) guest.deadline_ns = 0;
    if (guest.taken_over) guest.output->give_back();
  }
  tend();
}

bool Farewell::hurry(const std::vector<std::string>& queues) {
  bool any = false;
  for (Guest& guest : guests_) {
    if (!guest.output || guest.taken_over) continue;
    const auto& name = guest.output->disk_queue();
    const bool wanted = std::find(queues.begin(), queues.end(), name) != queues.end();
    if (wanted) guest.deadline_ns = 0;
    any = any || wanted;
  }
  if (any) tend();
  return any;
}

bool Farewell::empty() const {
  return std::all_of(guests_.begin(), guests_.end(), [](const Guest& g) {
    return *g.step == Step::ended && (g.instance().abandoned() || g.instance().in_call());
  });
}

bool Farewell::settled() const {
  return std::all_of(guests_.begin(), guests_.end(), [](const Guest& g) {
    if (g.input) return g.input->idle();
    return !g.output || *g.step == Step::ended || g.taken_over || g.output->idle();
  });
}

void Farewell::add_to(Parts& parts) const {
  const std::lock_guard lock(mutex_);
  for (const Guest& guest : guests_) {
    if (guest.input) parts.inputs.push_back(guest.input);
    if (guest.output) parts.outputs.push_back(guest.output);
    if (guest.processor) parts.processors.push_back(guest.processor);
    if (guest.aggregator) parts.aggregators.push_back(guest.aggregator);
  }
}

}  // namespace weir::pipeline
