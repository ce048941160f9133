#include "core/pipeline/aggregate_stage.hpp"

#include <algorithm>
#include <utility>

#include "core/pipeline/input_stage.hpp"
#include "core/pipeline/row_edit.hpp"

namespace weir::pipeline {

Aggregator::Aggregator(const Services& services, const config::AggregatorSettings& settings,
                       Select select, Modify modify)
    : services_(services),
      settings_(settings),
      select_(std::move(select)),
      modify_(std::move(modify)),
      rename_(settings.names),
      calls_(services.budget) {}

std::unique_ptr<Aggregator> Aggregator::make(const Services& services,
                                             const config::AggregatorSettings& settings,
                                             Instance::Refusal& why, metrics::Node* node) {
  auto select =
      Select::compile(settings.filter, {services.clock, logger_of("aggregators", settings)});
  auto modify = Modify::compile(settings.filter);
  if (!select.ok() || !modify.ok()) {
    why = {WEIR_E_CONFIG, select.ok() ? modify.error().message : select.error().message, {}};
    return nullptr;
  }
  std::unique_ptr<Aggregator> made(
      new Aggregator(services, settings, std::move(select).value(), std::move(modify).value()));
  made->instance_ =
      Instance::create(services,
                       {settings.descriptor, "aggregators", settings.name, settings.alias,
                        settings.id, settings.log_level, &settings.options, node},
                       made->calls_, why);
  return made->instance_ ? std::move(made) : nullptr;
}

void Aggregator::begin(std::int64_t now_ns, bool aligned) {
  const std::int64_t period = settings_.period_ns;
  end_ns_ = now_ns + period - (aligned ? since_multiple_ns(now_ns, period) : 0);
  start_ns_ = end_ns_ - period;
}

// After a jump of the clock the windows go on from where it is now.
void Aggregator::next_window(std::int64_t now_ns) {
  start_ns_ = end_ns_;
  end_ns_ = start_ns_ + settings_.period_ns;
  if (end_ns_ <= now_ns || start_ns_ > now_ns + settings_.period_ns) begin(now_ns, true);
}

void Aggregator::add(const queue::Parcel& parcel, std::vector<std::uint64_t>& originals) {
  auto verdict = select_.judge(parcel);
  if (verdict.passed == 0) return;
  metrics::Node& node = instance_->node();
  queue::Parcel copy = parcel;
  copy.tokens.clear();            // The aggregate's copy takes no part in the acknowledgement,
  if (settings_.drop_original) {  // but where it is all that is left of the row.
    tokens_.insert(tokens_.end(), parcel.tokens.begin(), parcel.tokens.end());
  }
  if (!verdict.all) copy.mask = std::move(verdict.mask);
  if (settings_.drop_original) {
    const auto& chosen = copy.explicit_mask();
    for (std::size_t w = 0; w < originals.size() && w < chosen.size(); ++w) {
      originals[w] &= ~chosen[w];
    }
  }
  node.in += verdict.passed;
  if (!modify_.changes_nothing()) {
    make_exclusive(copy, services_.budget);
    node.filtered += edit_rows(copy, services_.budget, [this](editor& e) { modify_.apply(e); });
  }
  node.drop(metrics::Drop::outside_window, select_window(copy));
  deliver(copy);
}

// Leaves the rows inside the window; returns how many were outside.
std::uint32_t Aggregator::select_window(queue::Parcel& copy) const {
  const std::int64_t from = start_ns_ - settings_.grace_ns;
  const std::int64_t to = end_ns_ + settings_.delay_ns;
  const std::uint32_t before = copy.count();
  const weir_row* rows = block(copy.block.batch()).rows();
  for (std::uint32_t r = copy.row0; r < copy.row0 + copy.n_rows; ++r) {
    if (rows[r].time_ns < from || rows[r].time_ns > to) clear_bit(copy.explicit_mask().data(), r);
  }
  return before - copy.count();
}

void Aggregator::deliver(queue::Parcel& copy) {
  const std::uint32_t rows = copy.count();
  if (rows == 0) return;
  metrics::Node& node = instance_->node();
  weir_err err = make_err();
  const weir_delivery delivery = copy.delivery(copy.block->id());
  node.in_flight += rows;
  const weir_status status = instance_->work("add", err, [&](void* self) {
    return instance_->ops<weir_aggregator_ops>().add(self, &delivery, &err);
  });
  node.in_flight -= rows;
  node.calls += 1;
  if (status >= 0) {
    node.absorbed += rows;
    return;
  }
  node.errors += 1;
  node.drop(metrics::Drop::plugin_error, rows);
  instance_->log_failure("add", status, err);
}

std::vector<queue::Parcel> Aggregator::push(std::int64_t now_ns) {
  metrics::Node& node = instance_->node();
  const auto& ops = instance_->ops<weir_aggregator_ops>();
  weir_err err = make_err();
  const weir_status status =
      instance_->work("push", err, [&](void* self) { return ops.push(self, &err); });
  if (status < 0) {
    node.errors += 1;
    instance_->log_failure("push", status, err);
  }
  const weir_status reset = instance_->work(
      "reset", err, [&](void* self) { return ops.reset(self), weir_status{WEIR_OK}; });
  if (reset < 0) instance_->log_failure("reset", reset, err);
  next_window(now_ns);
  auto made = calls_.take();
  const auto tokens = std::exchange(tokens_, {});
  for (auto& parcel : made) {
    parcel.tokens = tokens;
    node.created += parcel.n_rows;
    node.out += parcel.n_rows;
    edit_rows(parcel, services_.budget, [this](editor& e) {
      rename_.apply(e);
      add_missing_tags(e, settings_.tags);
    });
  }
  return made;
}

Stage::Outcome AggregateStage::run(Job& job, std::vector<queue::Parcel>& out, Lane& lane) {
  if (!gate_->try_enter([self = lane.shared_from_this()] { self->wake(); })) return Outcome::parked;
  queue::Parcel& parcel = job.parcel;
  const std::uint32_t rows = parcel.count();
  node_.in += rows;
  const bool any_drop = std::any_of(aggregators_.begin(), aggregators_.end(),
                                    [](const auto& a) { return a->drops_originals(); });
  std::vector<std::uint64_t> originals(any_drop ? words(parcel.row0 + parcel.n_rows) : 0,
                                       ~std::uint64_t{0});
  for (const auto& aggregator : aggregators_) aggregator->add(parcel, originals);
  gate_->leave();
  if (any_drop) {
    auto& mask = parcel.explicit_mask();
    for (std::size_t w = 0; w < mask.size() && w < originals.size(); ++w) mask[w] &= originals[w];
  }
  const std::uint32_t left = parcel.count();
  node_.absorbed += rows - left;
  node_.out += left;
  if (left != 0) out.push_back(std::move(parcel));
  return Outcome::done;
}

bool AggregateStage::push_due(std::int64_t now_ns, bool all, Lane& lane,
                              const std::function<void()>& retry) {
  if (!gate_->try_enter(retry)) return false;
  for (const auto& aggregator : aggregators_) {
    if (!all && aggregator->window_end_ns() > now_ns) continue;
    for (auto& parcel : aggregator->push(now_ns)) lane.push(std::move(parcel));
  }
  gate_->leave();
  return true;
}

std::int64_t AggregateStage::next_end_ns() const {
  std::int64_t next = INT64_MAX;
  for (const auto& a : aggregators_) next = std::min(next, a->window_end_ns());
  return next;
}

}  // namespace weir::pipeline
