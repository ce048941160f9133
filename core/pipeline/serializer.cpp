#include "core/pipeline/serializer.hpp"

#include <algorithm>
#include <utility>

namespace weir::pipeline {
std::unique_ptr<Serializer> Serializer::make(const Services& services, Instance::Spec spec,
                                             Instance::Refusal& why) {
  std::unique_ptr<Serializer> made(new Serializer(services));
  made->instance_ = Instance::create(services, std::move(spec), made->calls_, why);
  if (!made->instance_) return nullptr;
  weir_err err = make_err();
  const weir_status status = made->instance_->start(0, err);
  if (status == WEIR_OK) return made;
  why = {status, describe(status, err), std::string(path_of(err))};
  return nullptr;
}

weir_status Serializer::run(weir_delivery& delivery, bool document, weir_err& err) {
  row_end_.assign(delivery.n_rows, 0);
  if (!buffer_) {
    buffer_ = queue::BlockRef::make(services_.budget, buffer_bytes_, queue::Budget::Use::forced);
  }
  if (!buffer_) return fill(&err, WEIR_E_NOMEM, "no memory for the serialized batch");
  if (document) delivery.flags |= WEIR_D_DOCUMENT;
  weir_buf buf = std::move(buffer_).to_buf();
  std::uint64_t used = 0;
  const auto& ops = instance_->ops<weir_serializer_ops>();
  const weir_status status = instance_->work("serialize", err, [&](void* self) {
    return ops.serialize(self, &delivery, &buf, &used, document ? nullptr : row_end_.data(), &err);
  });
  delivery.row_end = document ? nullptr : row_end_.data();
  const weir_status taken = take_back(buf, delivery, used, err);
  return status < 0 ? status : taken;
}

// The next buffer is as large as this one was: it need not grow again.
void Serializer::give(queue::Serialized& to) {
  if (buffer_) buffer_bytes_ = buffer_->cap_bytes();
  to.bytes = std::exchange(buffer_, {});
  to.row_end = std::exchange(row_end_, {});
}

// The plugin's word on what it wrote, as far as it can be true.
weir_status Serializer::take_back(weir_buf& buf, weir_delivery& delivery, std::uint64_t used,
                                  weir_err& err) {
  buffer_ = queue::BlockRef::adopt(buf);
  const bool inside = buffer_ && used <= buffer_->cap_bytes() &&
                      (delivery.row_end == nullptr || ends_are_inside(used));
  delivery.raw = {};
  if (!inside) {
    return fill(&err, WEIR_E_PANIC,
                "it says it wrote bytes outside its buffer; run weir-check on it");
  }
  delivery.raw = {reinterpret_cast<const char*>(buffer_->data()), used};
  return WEIR_OK;
}

// Only a foreign module is looked at row by row.
bool Serializer::ends_are_inside(std::uint64_t used) const {
  if (instance_->trusted()) return true;
  return std::is_sorted(row_end_.begin(), row_end_.end()) &&
         (row_end_.empty() || row_end_.back() <= used);
}

}  // namespace weir::pipeline
