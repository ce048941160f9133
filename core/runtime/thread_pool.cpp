#include "core/runtime/thread_pool.hpp"

#include <pthread.h>
#include <sched.h>

#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/defer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace weir::runtime {

namespace asio = boost::asio;

class ThreadPool::Impl {
 public:
  asio::io_context context;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> keep{
      context.get_executor()};
  std::atomic<std::int64_t> unfinished{0};  // Tasks that wait or run.
  std::mutex mutex;
  std::vector<std::thread> threads;  // Guarded by mutex.
  std::int64_t replaced{0};          // Guarded by mutex.
};

namespace {

void stay_on(int core) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<std::size_t>(core), &only);
  ::pthread_setaffinity_np(::pthread_self(), sizeof only, &only);  // where it fails nothing is lost
}

}  // namespace

ThreadPool::ThreadPool(std::string name, Size size, std::vector<int> cores)
    : impl_(std::make_unique<Impl>()),
      name_(std::move(name)),
      size_(size),
      cores_(std::move(cores)) {
  for (std::int64_t i = 0; i < size_.threads_min; ++i) add_thread();
}

ThreadPool::~ThreadPool() {
  if (impl_) join(false);
}

void ThreadPool::add_thread() {
  const std::lock_guard lock(impl_->mutex);
  const std::size_t number = impl_->threads.size();
  const std::string name = (name_ + "-" + std::to_string(number)).substr(0, 15);
  const int core = cores_.empty() ? -1 : cores_[number % cores_.size()];
  impl_->threads.emplace_back([impl = impl_.get(), name, core] {
    ::pthread_setname_np(::pthread_self(), name.c_str());
    if (core >= 0) stay_on(core);
    impl->context.run();
  });
}

void ThreadPool::post(std::function<void()> task) {
  const std::int64_t wanted = impl_->unfinished.fetch_add(1, std::memory_order_acq_rel) + 1;
  bool grow = false;
  {
    const std::lock_guard lock(impl_->mutex);
    const auto now = static_cast<std::int64_t>(impl_->threads.size());
    grow = now < wanted && now < size_.threads_max + impl_->replaced;
  }
  if (grow) add_thread();
  asio::post(impl_->context, counted(std::move(task)));
}

void ThreadPool::post_next(std::function<void()> task) {
  impl_->unfinished.fetch_add(1, std::memory_order_acq_rel);
  asio::defer(impl_->context, counted(std::move(task)));
}

std::function<void()> ThreadPool::counted(std::function<void()> task) {
  return [impl = impl_.get(), task = std::move(task)] {
    task();
    impl->unfinished.fetch_sub(1, std::memory_order_acq_rel);
  };
}

bool ThreadPool::replace_hung_thread() {
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->replaced >= size_.hung_max) return false;
    ++impl_->replaced;
  }
  add_thread();
  return true;
}

void ThreadPool::join(bool abandon_hung) {
  impl_->keep.reset();
  if (abandon_hung) {
    (void)impl_.release();  // Its threads may still use it: the process ends without them.
    return;
  }
  for (std::thread& t : impl_->threads) t.join();
  impl_.reset();
}

}  // namespace weir::runtime
