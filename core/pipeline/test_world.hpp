#pragma once

// A pipeline's surroundings under a test's control: virtual time, one thread, a fixed kind of chance; and
// plugins made of lambdas.
//
// Threads  Everything runs inside run() and advance(), in a fixed order.

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/manual_clock.hpp"
#include "core/pipeline/pipeline.hpp"
#include "core/pipeline/sockets.hpp"

namespace weir::pipeline::test {

class ManualExecutor final : public Executor {
 public:
  void post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
  bool replace_hung_thread() override { return ++replaced_ <= 16; }
  // Runs one task; false when there is none.
  bool run_one() {
    if (tasks_.empty()) return false;
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    task();
    return true;
  }
  [[nodiscard]] int replaced() const { return replaced_; }

 private:
  std::deque<std::function<void()>> tasks_;
  int replaced_{0};
};

class ManualTimers final : public Timers {
 public:
  Id at(std::int64_t steady_ns, std::function<void()> task) override {
    timers_.emplace(std::make_pair(steady_ns, ++last_), std::move(task));
    return last_;
  }
  void cancel(Id id) override {
    std::erase_if(timers_, [id](const auto& t) { return t.first.second == id; });
  }
  // When the next one is due; INT64_MAX = never.
  [[nodiscard]] std::int64_t next_ns() const {
    return timers_.empty() ? INT64_MAX : timers_.begin()->first.first;
  }
  void fire_first() {
    const auto task = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    task();
  }

 private:
  std::map<std::pair<std::int64_t, Id>, std::function<void()>> timers_;
  Id last_{0};
};

// Always the largest value: jitter and back-off as long as they can be.
class MostRandom final : public Random {
 public:
  std::int64_t below(std::int64_t below) override { return below <= 0 ? 0 : below - 1; }
};

class World {
 public:
  explicit World(std::int64_t memory_bytes = 64 << 20) : budget(memory_bytes) {}

  // Runs everything that is ready now.
  void run() {
    while (executor.run_one()) {
    }
  }
  // Lets time pass; timers fire in order, each with the clock at its time.
  void advance(std::int64_t ns) {
    run();
    const std::int64_t end = clock.steady_ns() + ns;
    while (timers.next_ns() <= end) {
      clock.advance(std::max<std::int64_t>(timers.next_ns() - clock.steady_ns(), 0));
      timers.fire_first();
      run();
    }
    clock.advance(end - clock.steady_ns());
    run();
  }
  Pipeline::Wait wait() {
    return [this](const std::function<bool()>& done, std::int64_t deadline) {
      run();
      while (!done()) {
        if (clock.steady_ns() >= deadline) return false;
        advance(1'000'000);
      }
      return true;
    };
  }
  Services services() {
    return {clock, timers, random, executor, executor, budget, ledger, sockets, nullptr, storage};
  }

  ManualClock clock;
  MostRandom random;
  queue::Budget budget;
  metrics::Ledger ledger;
  Sockets sockets;
  // They go first: what still waits in them may hold on to parts of a pipeline.
  ManualTimers timers;
  ManualExecutor executor;
  Storage* storage{nullptr};
};

}  // namespace weir::pipeline::test
