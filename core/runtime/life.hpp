#pragma once

// Where the agent is in its life, for those who ask from outside: state, generation, how the last reload went.
//
//   idle -> running -> updating -> running        committed: a generation more
//                      updating -> running        refused: as it was, with the reason
//           running -> running                    rolled_back: the one before is back, a generation more
//           running -> stopping
//
// Threads  Every member may be called from any thread.

#include <cstdint>
#include <mutex>
#include <string>

#include "core/base/clock.hpp"

namespace weir::runtime {

class Life {
 public:
  enum class State : std::uint8_t { idle, running, updating, stopping };
  struct View {
    State state{State::idle};
    std::uint64_t generation{0};  // Of the configuration that runs; the first is 1.
    std::int64_t started_ns{0};   // By the wall clock, 0 = not yet, as the next.
    std::int64_t reloaded_ns{0};  // When the last reload ended.
    std::string reason;           // Why the last reload was refused; empty: it was not.
  };

  explicit Life(const Clock& clock) : clock_(clock) {}

  void updating() { set(State::updating); }
  void stopping() { set(State::stopping); }
  // A configuration runs.
  void committed();
  // It ran, and does no more: the one before is back.
  void rolled_back(std::string reason);
  // The new one does not; the old one goes on.
  void refused(std::string reason);
  [[nodiscard]] View view() const;

 private:
  void set(State state);

  const Clock& clock_;
  mutable std::mutex mutex_;
  View view_;  // Guarded by mutex_.
};

const char* state_name(Life::State state);

}  // namespace weir::runtime
