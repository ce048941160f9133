#include "plugins/outputs/kafka/batches.hpp"

#include <algorithm>
#include <utility>

namespace weir::kafka_output {
namespace {

constexpr unsigned row_bits_n = 32;
constexpr std::uint64_t row_bits = 0xffffffff;

bool is_too_large(rd_kafka_resp_err_t e) {
  return e == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || e == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE;
}

}  // namespace

Batches::Batch& Batches::begin(const weir_delivery& d) {
  const std::lock_guard lock(mutex_);
  const auto known = std::find_if(failed_.begin(), failed_.end(), [&](const Batch& b) {
    return b.batch_id == d.batch_id && b.row0 == d.row0 && b.n_rows == d.n_rows;
  });
  Batch batch{d.batch_id, d.row0, d.n_rows, 0, 0, {}, {}, {}};
  if (known != failed_.end()) {
    // A block of the same place in memory may be another: only a retry goes on where it was.
    if (d.attempt > 1) batch = std::move(*known);
    failed_.erase(known);
  }
  batch.acknowledged.resize(d.n_rows);
  batch.delivery = d.id;
  batch.number = ++next_number_ & row_bits;
  open_.push_back(std::move(batch));
  return open_.back();
}

std::optional<Ending> Batches::seal(Batch& batch, std::uint64_t accepted,
                                    std::span<const Fate> refused) {
  const std::lock_guard lock(mutex_);
  for (const Fate& fate : refused) note(batch, fate);
  batch.accepted = accepted;
  batch.sealed = true;
  return ending_locked(
      std::find_if(open_.begin(), open_.end(), [&](const Batch& b) { return &b == &batch; }));
}

std::vector<Ending> Batches::told(std::span<const Fate> fates) {
  std::vector<Ending> endings;
  const std::lock_guard lock(mutex_);
  auto at = open_.end();
  for (const Fate& fate : fates) {
    at = find_locked(fate.tag >> row_bits_n, at);
    if (at == open_.end()) continue;
    note(*at, fate);
    at->answered += 1;
    auto ending = ending_locked(at);
    if (!ending) continue;
    endings.push_back(std::move(*ending));
    at = open_.end();
  }
  return endings;
}

// The batch of that number; mostly it is the one of the fate before.
std::list<Batches::Batch>::iterator Batches::find_locked(std::uint64_t number,
                                                         std::list<Batch>::iterator last) {
  if (last != open_.end() && last->number == number) return last;
  return std::find_if(open_.begin(), open_.end(),
                      [&](const Batch& b) { return b.number == number; });
}

void Batches::note(Batch& batch, const Fate& fate) {
  const auto index = static_cast<std::uint32_t>(fate.tag & row_bits) - batch.row0;
  if (index >= batch.n_rows) return;
  if (fate.error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    batch.acknowledged[index] = 1;
  } else if (is_too_large(fate.error)) {
    batch.acknowledged[index] = 1;
    batch.rejected.push_back(batch.row0 + index);
  } else {
    batch.failure = rd_kafka_err2str(fate.error);
  }
}

std::optional<Ending> Batches::ending_locked(std::list<Batch>::iterator batch) {
  if (!batch->sealed || batch->answered < batch->accepted) return {};
  Ending ending{batch->delivery, batch->failure, {}};
  if (batch->failure.empty()) {
    ending.rejected = std::move(batch->rejected);
  } else {
    batch->failure.clear();
    batch->answered = batch->accepted = 0;
    batch->sealed = false;
    if (failed_.size() == failed_max) failed_.pop_front();
    failed_.push_back(std::move(*batch));
  }
  open_.erase(batch);
  return ending;
}

}  // namespace weir::kafka_output
