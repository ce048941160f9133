#pragma once

// One processor of the chain: Select, Modify, then the plugin, on the rows that were selected; the others stay
// where they are in the same block.
//
// Threads  A plugin that is not WEIR_CONCURRENT takes one lane at a time; the next one is parked.

#include "core/pipeline/capture.hpp"
#include "core/pipeline/filter.hpp"
#include "core/pipeline/stage.hpp"

namespace weir::pipeline {

class ProcessorStage final : public Stage {
 public:
  static std::unique_ptr<ProcessorStage> make(const Services& services,
                                              const config::ProcessorSettings& settings,
                                              Instance::Refusal& why,
                                              metrics::Node* node = nullptr);
  Outcome run(Job& job, std::vector<queue::Parcel>& out, Lane& lane) override;
  [[nodiscard]] Instance& instance() { return *instance_; }

 private:
  ProcessorStage(const Services& services, Select select, Modify modify);
  using Mask = std::vector<std::uint64_t>;
  void process(queue::Parcel& parcel, std::vector<queue::Parcel>& out);
  bool choose(queue::Parcel& parcel, Mask& rest) const;
  bool isolate(queue::Parcel& parcel, Mask& rest, std::vector<queue::Parcel>& out);
  void modify(queue::Parcel& chosen);
  bool call(queue::Parcel& chosen, std::vector<queue::Parcel>& out);
  bool edit(queue::Parcel& chosen);
  void take_through(queue::Parcel& parcel, std::vector<queue::Parcel>& out);
  const char* edit_fault(const queue::Parcel& chosen) const;
  void lose_block(const Mask& rest, std::uint32_t n_rows);
  bool settle_edit(queue::Parcel& chosen, weir_status status, const Mask& keep);
  bool offer(queue::Parcel& chosen, std::vector<queue::Parcel>& out);
  bool lose(const queue::Parcel& chosen, metrics::Drop reason);
  void emitted(const queue::Parcel& from, std::vector<queue::Parcel>& out);

  const Services services_;
  const Select select_;
  const Modify modify_;
  CaptureCalls calls_;
  std::unique_ptr<Instance> instance_;
  Gate gate_;
};

}  // namespace weir::pipeline
