#include "core/pipeline/rendering.hpp"

namespace weir::pipeline {

weir_status Rendering::render(weir_delivery& delivery, const queue::Parcel& rows, weir_err& err) {
  unwritable_ = 0;
  if (!serializer_ || take_shared(delivery, rows)) return WEIR_OK;
  const weir_status status = serializer_->run(delivery, document_, err);
  unwritable_ = serializer_->take_bad();
  if (status >= 0) return WEIR_OK;
  unwritable_ = 1;
  return WEIR_E_SPLIT;
}

bool Rendering::take_shared(weir_delivery& delivery, const queue::Parcel& rows) {
  shared_bytes_.reset();
  if (!rows.shared || !rows.mask.empty()) return false;
  const auto format = shared_format();
  if (!format) return false;
  shared_bytes_ = format->of(rows.block, rows.shared);
  if (!shared_bytes_) return false;
  shared_bytes_->cut(delivery, shared_ends_);
  return true;
}

}  // namespace weir::pipeline
