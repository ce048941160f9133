#pragma once

// Threads that run tasks: Asio's io_context behind the Executor interface.
//
// Threads  Grows from threads_min to threads_max while all of them are busy; hung threads are replaced on top of
//          that, at most hung_max times. join() waits for every thread that does not hang.
// Limits   threads_max + hung_max threads. The line of waiting tasks is bounded by who posts: lanes post
//          themselves at most once, instances have one call at a time.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "core/base/executor.hpp"

namespace weir::runtime {

class ThreadPool final : public Executor {
 public:
  struct Size {
    std::int64_t threads_min, threads_max, hung_max;
  };
  // name: of the threads, at most 15 characters with their number.
  // cores: each thread stays on one of them, one after the other; empty: where the kernel wants it.
  ThreadPool(std::string name, Size size, std::vector<int> cores = {});
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool() override;

  void post(std::function<void()> task) override;
  void post_next(std::function<void()> task) override;
  bool replace_hung_thread() override;
  // Runs what waits, then ends the threads. abandon_hung: threads inside a plugin are left behind, for a
  // process that is about to _exit.
  void join(bool abandon_hung);

 private:
  void add_thread();
  std::function<void()> counted(std::function<void()> task);
  class Impl;
  std::unique_ptr<Impl> impl_;
  const std::string name_;
  const Size size_;
  const std::vector<int> cores_;
};

}  // namespace weir::runtime
