#include "plugins/inputs/kafka_consumer/offsets.hpp"

namespace weir::kafka_consumer {

void Offsets::emitted(std::int64_t first, std::int64_t next, std::uint32_t records) {
  batches_.push_back({first, next, records, false, false});
  open_records_ += records;
}

void Offsets::skipped(std::int64_t next) {
  batches_.push_back({next, next, 0, false, false});
  end(batches_.back());
}

// Null for a number that is not on its way (any more).
Offsets::Batch* Offsets::open_batch(std::uint64_t number) {
  if (number < first_number_ || number - first_number_ >= batches_.size()) return nullptr;
  Batch& batch = batches_[number - first_number_];
  return batch.ended ? nullptr : &batch;
}

void Offsets::end(Batch& batch) {
  batch.ended = true;
  open_records_ -= batch.records;
  while (!batches_.empty() && batches_.front().ended) {
    if (!batches_.front().again) position_ = batches_.front().next;
    batches_.pop_front();
    ++first_number_;
  }
}

void Offsets::safe(std::uint64_t number) {
  if (Batch* const batch = open_batch(number)) end(*batch);
}

std::optional<std::int64_t> Offsets::refused(std::uint64_t number) {
  Batch* const batch = open_batch(number);
  if (batch == nullptr) return std::nullopt;
  const bool known = batch->again;
  const std::int64_t first = batch->first;
  if (!known) {
    for (std::size_t i = number - first_number_; i < batches_.size(); ++i) batches_[i].again = true;
  }
  end(*batch);
  return known ? std::nullopt : std::optional(first);
}

}  // namespace weir::kafka_consumer
