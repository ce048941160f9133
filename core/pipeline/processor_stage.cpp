#include "core/pipeline/processor_stage.hpp"

#include <algorithm>

#include <weir/validate.hpp>

#include "core/pipeline/row_edit.hpp"

namespace weir::pipeline {
namespace {

void subtract(std::vector<std::uint64_t>& mask, const std::vector<std::uint64_t>& chosen) {
  for (std::size_t w = 0; w < mask.size() && w < chosen.size(); ++w) mask[w] &= ~chosen[w];
}

// The rows of two parcels of one block together. Bits beyond a mask's end do not count.
std::vector<std::uint64_t> united(const std::vector<std::uint64_t>& a,
                                  const std::vector<std::uint64_t>& b) {
  std::vector<std::uint64_t> sum(std::max(a.size(), b.size()), 0);
  for (std::size_t w = 0; w < sum.size(); ++w) {
    sum[w] = (w < a.size() ? a[w] : 0) | (w < b.size() ? b[w] : 0);
  }
  return sum;
}

}  // namespace

ProcessorStage::ProcessorStage(const Services& services, Select select, Modify modify)
    : services_(services),
      select_(std::move(select)),
      modify_(std::move(modify)),
      calls_(services.budget) {}

std::unique_ptr<ProcessorStage> ProcessorStage::make(const Services& services,
                                                     const config::ProcessorSettings& settings,
                                                     Instance::Refusal& why, metrics::Node* node) {
  auto select =
      Select::compile(settings.filter, {services.clock, logger_of("processors", settings)});
  auto modify = Modify::compile(settings.filter);
  if (!select.ok() || !modify.ok()) {
    why = {WEIR_E_CONFIG, select.ok() ? modify.error().message : select.error().message, {}};
    return nullptr;
  }
  std::unique_ptr<ProcessorStage> stage(
      new ProcessorStage(services, std::move(select).value(), std::move(modify).value()));
  stage->instance_ =
      Instance::create(services,
                       {settings.descriptor, "processors", settings.name, settings.alias,
                        settings.id, settings.log_level, &settings.options, node},
                       stage->calls_, why);
  return stage->instance_ ? std::move(stage) : nullptr;
}

Stage::Outcome ProcessorStage::run(Job& job, std::vector<queue::Parcel>& out, Lane& lane) {
  const bool serial = !instance_->has(WEIR_CONCURRENT);
  if (serial && !gate_.try_enter([self = lane.shared_from_this()] { self->wake(); })) {
    return Outcome::parked;
  }
  process(job.parcel, out);
  if (serial) gate_.leave();
  return Outcome::done;
}

void ProcessorStage::process(queue::Parcel& parcel, std::vector<queue::Parcel>& out) {
  metrics::Node& node = instance_->node();
  const std::uint32_t rows = parcel.count();
  node.in += rows;
  node.in_flight += rows;  // Should the plugin never come back, they are where they are.
  take_through(parcel, out);
  node.in_flight -= rows;
}

void ProcessorStage::take_through(queue::Parcel& parcel, std::vector<queue::Parcel>& out) {
  metrics::Node& node = instance_->node();
  Mask rest;  // The rows that are not the plugin's business; they stay in place.
  if (choose(parcel, rest)) {
    if (isolate(parcel, rest, out)) rest.clear();
    modify(parcel);
    const bool stays = parcel.count() != 0 && call(parcel, out);
    if (!parcel.block) return lose_block(rest, parcel.n_rows);
    if (!stays) parcel.mask.assign(words(parcel.n_rows), 0);
    if (!rest.empty()) parcel.mask = united(parcel.explicit_mask(), rest);
  }
  const std::uint32_t left = parcel.count();
  node.out += left;
  if (left != 0) out.insert(out.begin(), std::move(parcel));
}

// Makes the parcel the chosen rows and rest the others. False: none is chosen, the parcel is untouched.
bool ProcessorStage::choose(queue::Parcel& parcel, Mask& rest) const {
  auto verdict = select_.judge(parcel);
  if (verdict.passed == 0) return false;
  if (verdict.all) return true;
  if (!parcel.block->unique()) {  // Both parts stay in one block, which then has to be ours.
    make_exclusive(parcel, services_.budget);
    verdict = select_.judge(parcel);
  }
  rest = parcel.explicit_mask();
  subtract(rest, verdict.mask);
  parcel.mask = std::move(verdict.mask);
  return true;
}

// A foreign plugin gets a block of its own: what it breaks is then only what it was given.
bool ProcessorStage::isolate(queue::Parcel& parcel, Mask& rest, std::vector<queue::Parcel>& out) {
  if (instance_->trusted() || rest.empty()) return false;
  queue::Parcel others = parcel;
  others.mask = std::move(rest);
  instance_->node().out += others.count();
  out.push_back(std::move(others));
  make_exclusive(parcel, services_.budget);
  return true;
}

void ProcessorStage::modify(queue::Parcel& chosen) {
  if (modify_.changes_nothing()) return;
  instance_->node().filtered +=
      edit_rows(chosen, services_.budget, [this](editor& e) { modify_.apply(e); });
}

// False: the chosen rows are gone (dropped, or replaced by what was emitted).
bool ProcessorStage::call(queue::Parcel& chosen, std::vector<queue::Parcel>& out) {
  instance_->node().calls += 1;
  return instance_->has(WEIR_MUTATES) ? edit(chosen) : offer(chosen, out);
}

bool ProcessorStage::edit(queue::Parcel& chosen) {
  if (!chosen.block->unique() && !make_exclusive(chosen, services_.budget)) {
    return lose(chosen, metrics::Drop::no_memory);
  }
  Mask keep(words(chosen.n_rows), ~std::uint64_t{0});
  weir_err err = make_err();
  weir_delivery delivery = chosen.delivery(chosen.block->id());
  weir_status status = WEIR_OK;
  {
    Loan loan(chosen);
    status = instance_->work("edit", err, [&](void* self) {
      return instance_->ops<weir_processor_ops>().edit(self, loan.buf(), &delivery, keep.data(),
                                                       &err);
    });
  }
  if (status < 0) instance_->log_failure("edit", status, err);
  return settle_edit(chosen, status, keep);
}

// What is wrong with the block that the plugin gave back.
const char* ProcessorStage::edit_fault(const queue::Parcel& chosen) const {
  if (!chosen.block) return "no buffer";
  if (chosen.block.batch()->signal != WEIR_SIG_METRIC) return "not metrics";
  if (chosen.block.batch()->n_rows < chosen.row0 + chosen.n_rows) return "rows are missing";
  return instance_->trusted() ? nullptr : validate(chosen.block->data(), chosen.block->cap_bytes());
}

// The block is gone, and with it the rows that the plugin had not been meant to see.
void ProcessorStage::lose_block(const Mask& rest, std::uint32_t n_rows) {
  const std::uint32_t rows = queue::count_bits(rest.data(), 0, n_rows);
  instance_->node().drop(metrics::Drop::plugin_error, rest.empty() ? 0 : rows);
}

// Rows the plugin appended are selected; rows it dropped are filtered.
bool ProcessorStage::settle_edit(queue::Parcel& chosen, weir_status status, const Mask& keep) {
  metrics::Node& node = instance_->node();
  if (status < 0) return lose(chosen, metrics::Drop::plugin_error);
  if (const char* fault = edit_fault(chosen)) {
    instance_->log().error(std::string("the plugin left an invalid batch (") + fault +
                           "): its rows were dropped; run weir-check on it");
    return lose(chosen, metrics::Drop::invalid_batch);
  }
  const std::uint32_t before = chosen.count();
  if (status == WEIR_FILTER) apply_keep(chosen, keep);
  if (status == WEIR_DROP) chosen.mask.assign(words(chosen.n_rows), 0);
  node.filtered += before - chosen.count();
  const std::uint32_t grown = chosen.block.batch()->n_rows;
  if (grown <= chosen.n_rows) return true;
  if (!chosen.mask.empty()) chosen.mask.resize(words(grown), ~std::uint64_t{0});
  for (std::uint32_t r = chosen.n_rows; r < grown && !chosen.mask.empty(); ++r) {
    set_bit(chosen.mask.data(), r);
  }
  node.created += grown - chosen.n_rows;
  chosen.n_rows = grown;
  return true;
}

bool ProcessorStage::offer(queue::Parcel& chosen, std::vector<queue::Parcel>& out) {
  Mask keep(words(chosen.n_rows), ~std::uint64_t{0});
  weir_err err = make_err();
  const weir_delivery delivery = chosen.delivery(chosen.block->id());
  const std::uint32_t rows = chosen.count();
  const weir_status status = instance_->work("process", err, [&](void* self) {
    return instance_->ops<weir_processor_ops>().process(self, &delivery, keep.data(), &err);
  });
  emitted(chosen, out);
  switch (status) {
    case WEIR_PASS: return true;
    case WEIR_OK: instance_->node().absorbed += rows; return false;
    case WEIR_DROP: instance_->node().filtered += rows; return false;
    case WEIR_FILTER:
      apply_keep(chosen, keep);
      instance_->node().filtered += rows - chosen.count();
      return true;
    default:
      instance_->log_failure("process", status, err);
      return lose(chosen, metrics::Drop::plugin_error);
  }
}

bool ProcessorStage::lose(const queue::Parcel& chosen, metrics::Drop reason) {
  instance_->node().errors += 1;
  instance_->node().drop(reason, chosen.count());
  for (const auto& token : chosen.tokens) token->lost();
  return false;
}

void ProcessorStage::emitted(const queue::Parcel& from, std::vector<queue::Parcel>& out) {
  for (auto& made : calls_.take()) {
    made.lane = from.lane;
    made.tokens = from.tokens;
    instance_->node().created += made.n_rows;
    instance_->node().out += made.n_rows;
    if (made.n_rows != 0) out.push_back(std::move(made));
  }
}

}  // namespace weir::pipeline
