#pragma once

// The agent's timers and signals, on a thread of their own: they fire also while every worker is busy.
//
// Threads  Members may be called from any thread. Timer tasks and on_signal run on the loop's thread and are
//          short.

#include <functional>
#include <memory>
#include <vector>

#include "core/base/executor.hpp"

namespace weir::runtime {

class ControlLoop final : public Timers {
 public:
  ControlLoop();
  ControlLoop(const ControlLoop&) = delete;
  ControlLoop& operator=(const ControlLoop&) = delete;
  ~ControlLoop() override;

  Id at(std::int64_t steady_ns, std::function<void()> task) override;
  void cancel(Id id) override;

  // From now on these signals come here, each time they arrive.
  void on_signals(const std::vector<int>& signals, std::function<void(int)> on_signal);
  // Ends the thread; timers that have not fired never will.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::runtime
