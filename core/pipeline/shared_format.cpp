#include "core/pipeline/shared_format.hpp"

#include <algorithm>
#include <utility>

namespace weir::pipeline {

SharedFormat::SharedFormat(std::unique_ptr<Serializer> serializer, std::size_t number,
                           std::int64_t budget_bytes, std::uint64_t epoch)
    : number_(number),
      epoch_(epoch),
      kept_max_(std::min(kept_bytes_max, budget_bytes / kept_part)),
      serializer_(std::move(serializer)) {}

std::shared_ptr<const queue::Serialized> SharedFormat::of(
    const queue::BlockRef& block, const std::shared_ptr<queue::SharedBytes>& shared) {
  if (shared->epoch() != epoch_) return nullptr;
  const std::lock_guard lock(mutex_);
  auto& slot = shared->slot(number_);
  if (!slot) {
    slot = serialize(block);
    if (slot->bytes) keep(shared, static_cast<std::int64_t>(slot->bytes->cap_bytes()));
  }
  return slot->bytes ? slot : nullptr;
}

// A row that cannot be written is each output's own loss: then each finds it for itself.
std::shared_ptr<const queue::Serialized> SharedFormat::serialize(const queue::BlockRef& block) {
  auto made = std::make_shared<queue::Serialized>();
  weir_delivery all = queue::Parcel::whole(block).delivery(0);
  weir_err err = make_err();
  const weir_status status = serializer_->run(all, false, err);
  const bool complete = status == WEIR_OK && serializer_->take_bad() == 0;
  serializer_->give(*made);
  if (!complete) made->bytes = {};
  return made;
}

// Parcels that are gone took their bytes with them; they are counted here until their turn comes.
void SharedFormat::keep(const std::shared_ptr<queue::SharedBytes>& shared, std::int64_t bytes) {
  kept_.push_back({shared, bytes});
  kept_bytes_ += bytes;
  while (kept_bytes_ > kept_max_ && kept_.size() > 1) {
    if (const auto oldest = kept_.front().where.lock()) oldest->slot(number_).reset();
    kept_bytes_ -= kept_.front().bytes;
    kept_.pop_front();
  }
}

}  // namespace weir::pipeline
