#include "core/runtime/control_loop.hpp"

#include <pthread.h>

#include <chrono>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

namespace weir::runtime {

namespace asio = boost::asio;

class ControlLoop::Impl {
 public:
  void wait_for_signal() {
    signals.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      on_signal(signal);
      wait_for_signal();
    });
  }
  void fire(Id id) {
    std::function<void()> task;
    {
      const std::lock_guard lock(mutex);
      const auto at = timers.find(id);
      if (at == timers.end()) return;
      task = std::move(at->second.task);
      timers.erase(at);
    }
    task();
  }

  struct Timer {
    std::unique_ptr<asio::steady_timer> clock;
    std::function<void()> task;
  };
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> keep{context.get_executor()};
  asio::signal_set signals{context};
  std::function<void(int)> on_signal;
  std::mutex mutex;
  Id next{1};                            // Guarded by mutex.
  std::unordered_map<Id, Timer> timers;  // Guarded by mutex.
  std::thread thread;
};

ControlLoop::ControlLoop() : impl_(std::make_unique<Impl>()) {
  impl_->thread = std::thread([impl = impl_.get()] {
    ::pthread_setname_np(::pthread_self(), "weir-control");
    impl->context.run();
  });
}

ControlLoop::~ControlLoop() { stop(); }

Timers::Id ControlLoop::at(std::int64_t steady_ns, std::function<void()> task) {
  const std::lock_guard lock(impl_->mutex);
  const Id id = impl_->next++;
  auto clock = std::make_unique<asio::steady_timer>(
      impl_->context, std::chrono::steady_clock::time_point(std::chrono::nanoseconds(steady_ns)));
  clock->async_wait([impl = impl_.get(), id](const boost::system::error_code& error) {
    if (!error) impl->fire(id);
  });
  impl_->timers[id] = {std::move(clock), std::move(task)};
  return id;
}

void ControlLoop::cancel(Id id) {
  const std::lock_guard lock(impl_->mutex);
  impl_->timers.erase(id);
}

void ControlLoop::on_signals(const std::vector<int>& signals, std::function<void(int)> on_signal) {
  impl_->on_signal = std::move(on_signal);
  for (const int s : signals) impl_->signals.add(s);
  impl_->wait_for_signal();
}

void ControlLoop::stop() {
  impl_->context.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace weir::runtime
