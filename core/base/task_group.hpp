#pragma once

// Tasks and timers of one object, none of which runs after the object is gone.
//
// An object posts what calls it back through its group. close() waits for what is running and makes the rest do
// nothing, whenever it comes.
//
// Threads  Every member from any thread; close() not from a task of the group.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace weir {

class TaskGroup {
 public:
  TaskGroup() = default;
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup() { close(); }

  // The task, to be posted somewhere.
  [[nodiscard]] std::function<void()> wrap(std::function<void()> task) {
    return [state = state_, task = std::move(task)] {
      if (!state->enter()) return;
      task();
      state->leave();
    };
  }
  // Runs the task now, unless the object is gone.
  template <typename F>
  void run(F&& task) {
    const auto state = state_;
    if (!state->enter()) return;
    task();
    state->leave();
  }
  void close() { state_->close(); }

 private:
  class State {
   public:
    bool enter() {
      const std::lock_guard lock(mutex_);
      if (!closed_) ++running_;
      return !closed_;
    }
    void leave() {
      const std::lock_guard lock(mutex_);
      if (--running_ == 0 && closed_) left_.notify_all();
    }
    void close() {
      std::unique_lock lock(mutex_);
      closed_ = true;
      left_.wait(lock, [this] { return running_ == 0; });
    }

   private:
    std::mutex mutex_;
    std::condition_variable left_;
    int running_{0};      // Guarded by mutex_.
    bool closed_{false};  // Guarded by mutex_.
  };
  std::shared_ptr<State> state_{std::make_shared<State>()};
};

}  // namespace weir
