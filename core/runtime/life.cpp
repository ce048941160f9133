#include "core/runtime/life.hpp"

#include <utility>

namespace weir::runtime {

void Life::set(State state) {
  const std::lock_guard lock(mutex_);
  view_.state = state;
}

void Life::committed() {
  const std::lock_guard lock(mutex_);
  view_.state = State::running;
  view_.generation += 1;
  view_.reason.clear();
  (view_.started_ns == 0 ? view_.started_ns : view_.reloaded_ns) = clock_.wall_ns();
}

void Life::rolled_back(std::string reason) {
  const std::lock_guard lock(mutex_);
  view_.generation += 1;
  view_.reason = std::move(reason);
  view_.reloaded_ns = clock_.wall_ns();
}

void Life::refused(std::string reason) {
  const std::lock_guard lock(mutex_);
  view_.state = State::running;
  view_.reason = std::move(reason);
  view_.reloaded_ns = clock_.wall_ns();
}

Life::View Life::view() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

const char* state_name(Life::State state) {
  switch (state) {
    case Life::State::idle: return "idle";
    case Life::State::running: return "running";
    case Life::State::updating: return "updating";
    case Life::State::stopping: break;
  }
  return "stopping";
}

}  // namespace weir::runtime
