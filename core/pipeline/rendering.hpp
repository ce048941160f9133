#pragma once

// The bytes of an output's deliveries: made by the serializer of the output, or taken from what outputs of one format
// share (shared_format.hpp). An output that takes rows as they are has none.
//
// Threads  One delivery at a time.

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/pipeline/serializer.hpp"
#include "core/pipeline/shared_format.hpp"
#include "core/queue/parcel.hpp"

namespace weir::pipeline {

class Rendering {
 public:
  // serializer: nullptr = the plugin takes rows.
  void use(std::unique_ptr<Serializer> serializer) { serializer_ = std::move(serializer); }
  // At any time, from any thread; nullptr: with nobody.
  void share(std::shared_ptr<SharedFormat> format) {
    const std::lock_guard lock(mutex_);
    shared_format_ = std::move(format);
  }
  // One document of all rows instead of bytes for each.
  void set_document(bool on) { document_ = on; }

  [[nodiscard]] Serializer* serializer() { return serializer_.get(); }
  [[nodiscard]] std::shared_ptr<SharedFormat> shared_format() const {
    const std::lock_guard lock(mutex_);
    return shared_format_;
  }
  // May its bytes be those of other outputs of the same format?
  [[nodiscard]] bool shareable() const {
    return serializer_ && !document_ && serializer_->instance().has(WEIR_ROWS_ALONE);
  }

  // Fills the delivery's bytes, which live until the next call. rows: those of the delivery. OK, or E_SPLIT when the
  // serializer failed on them.
  weir_status render(weir_delivery& delivery, const queue::Parcel& rows, weir_err& err);
  // Rows of the last delivery that have no bytes because the serializer refused them.
  [[nodiscard]] std::uint64_t unwritable() const { return unwritable_; }

 private:
  bool take_shared(weir_delivery& delivery, const queue::Parcel& rows);

  std::unique_ptr<Serializer> serializer_;
  mutable std::mutex mutex_;
  std::shared_ptr<SharedFormat> shared_format_;  // Guarded by mutex_.
  bool document_{false};
  std::uint64_t unwritable_{0};
  std::shared_ptr<const queue::Serialized> shared_bytes_;  // Of the last delivery, and where its
  std::vector<std::uint32_t> shared_ends_;                 // rows end.
};

}  // namespace weir::pipeline
