#pragma once

// The serializer plugin of one output: rows to bytes, with the end of each row's bytes marked.
//
// Threads  One user at a time: the output's sender.
// Limits   Keeps one buffer, as large as the largest batch so far, charged to the budget.

#include <memory>
#include <vector>

#include "core/pipeline/capture.hpp"
#include "core/queue/shared_bytes.hpp"

namespace weir::pipeline {

class Serializer {
 public:
  static constexpr std::uint64_t first_bytes = 64 << 10;
  static std::unique_ptr<Serializer> make(const Services& services, Instance::Spec spec,
                                          Instance::Refusal& why);
  // Fills the delivery's raw and row_end; the bytes live until the next call.
  weir_status run(weir_delivery& delivery, bool document, weir_err& err);
  [[nodiscard]] Instance& instance() { return *instance_; }
  // The bytes of the last call, to be kept by somebody else.
  void give(queue::Serialized& to);
  // Rows that could not be written since the last call.
  [[nodiscard]] std::uint64_t take_bad() { return calls_.take_bad(); }

 private:
  weir_status take_back(weir_buf& buf, weir_delivery& delivery, std::uint64_t used, weir_err& err);
  [[nodiscard]] bool ends_are_inside(std::uint64_t used) const;
  explicit Serializer(const Services& services) : services_(services), calls_(services.budget) {}

  const Services services_;
  CaptureCalls calls_;
  std::unique_ptr<Instance> instance_;
  queue::BlockRef buffer_;
  std::uint64_t buffer_bytes_{first_bytes};
  std::vector<std::uint32_t> row_end_;
};

}  // namespace weir::pipeline
