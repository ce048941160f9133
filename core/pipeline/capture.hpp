#pragma once

// The host's side of a stage plugin: what it emits inside a call is caught and goes on to the next stage.

#include <utility>
#include <vector>

#include "core/pipeline/instance.hpp"
#include "core/queue/parcel.hpp"

namespace weir::pipeline {

// Threads  One call at a time, like the instance it serves.
class CaptureCalls : public HostCalls {
 public:
  explicit CaptureCalls(queue::Budget& budget) : HostCalls(budget) {}

  weir_status emit(weir_buf& buf, const weir_emit& what) override {
    caught_.push_back(queue::Parcel::whole(queue::BlockRef::adopt(buf), what.lane));
    return WEIR_OK;
  }
  void report(std::uint64_t, const weir_bad& bad) override {
    bad_ += bad.count;
    if (on_bad_) on_bad_(bad);
  }
  // on_bad: told of each report, with the plugin's position.
  void set_on_bad(std::function<void(const weir_bad&)> on_bad) { on_bad_ = std::move(on_bad); }
  std::vector<queue::Parcel> take() { return std::exchange(caught_, {}); }
  // Records that were reported since the last call.
  std::uint64_t take_bad() { return std::exchange(bad_, 0); }

 private:
  std::vector<queue::Parcel> caught_;
  std::uint64_t bad_{0};
  std::function<void(const weir_bad&)> on_bad_;
};

}  // namespace weir::pipeline
