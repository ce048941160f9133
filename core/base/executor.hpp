#pragma once

// Where work runs and when: interfaces, so that tests own threads and time.
//
// Threads  Every member may be called from any thread.
// Units    Nanoseconds of Clock::steady_ns.

#include <cstdint>
#include <functional>
#include <utility>

namespace weir {

class Executor {
 public:
  virtual ~Executor() = default;
  // Runs the task soon, on some thread. Tasks run in no promised order.
  virtual void post(std::function<void()> task) = 0;
  // The same from the last line of a task of this executor: its thread is free for what follows, and nobody else
  // has to be woken.
  virtual void post_next(std::function<void()> task) { post(std::move(task)); }
  // A thread of it hangs in a plugin: one more takes its place. False when the allowance is used up.
  virtual bool replace_hung_thread() = 0;
};

class Timers {
 public:
  using Id = std::uint64_t;  // Never 0.
  virtual ~Timers() = default;
  // Runs the task once, not before steady_ns; it must be short (post what is not).
  virtual Id at(std::int64_t steady_ns, std::function<void()> task) = 0;
  // The task does not begin after cancel returns, but may be running.
  virtual void cancel(Id id) = 0;
};

// A source of chance.
class Random {
 public:
  virtual ~Random() = default;
  // Uniform in [0, below); 0 when below is not positive.
  virtual std::int64_t below(std::int64_t below) = 0;
};

}  // namespace weir
