#include <atomic>
#include <chrono>
#include <thread>

#include "sdk/check/suite.hpp"

namespace weir::check {
namespace {

constexpr std::size_t faults = 8;

// The n-th buffer is refused; the round after it has to work again.
void no_memory(const Subject& subject) {
  need_safe_work(subject);
  Random random(subject.seed);
  for (std::size_t n = 1; n <= faults; ++n) {
    Instance instance = make(subject);
    if (!judge([&] { instance->start(); })) throw Skipped("it does not start here");
    instance->host().fail_buffer(n);
    work_once(subject, *instance, random);
    instance->host().fail_buffer(0);
    work_once(subject, *instance, random);
    close(std::move(instance));
  }
}

// No room after n buffers, again and again, with a resume in between.
void no_room(const Subject& subject) {
  need_safe_work(subject);
  Random random(subject.seed);
  Instance instance = make(subject);
  if (!judge([&] { instance->start(); })) throw Skipped("it does not start here");
  for (std::size_t n = 0; n < faults; ++n) {
    instance->host().would_block_after(n);
    work_once(subject, *instance, random);
    instance->host().unblock();
    judge([&] { instance->events(); });
    work_once(subject, *instance, random);
  }
  close(std::move(instance));
}

// Closes the host as soon as somebody waits for room, or when the work is over.
class Closer {
 public:
  explicit Closer(testing::host& host) : thread_([this, &host] { run(host); }) {}
  Closer(const Closer&) = delete;
  Closer& operator=(const Closer&) = delete;
  ~Closer() {
    over_ = true;
    thread_.join();
  }

 private:
  void run(testing::host& host) const {
    while (!over_ && host.waits() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    host.close();
  }
  std::atomic<bool> over_{false};
  std::thread thread_;
};

// The host has no room and then stops: nobody may wait for ever or keep anything.
void stops_under_pressure(const Subject& subject) {
  need_safe_work(subject);
  Random random(subject.seed);
  Instance instance = make(subject);
  if (!judge([&] { instance->start(); })) throw Skipped("it does not start here");
  work_once(subject, *instance, random);
  instance->host().block();
  {
    const Closer closer(instance->host());
    work_once(subject, *instance, random);
  }
  close(std::move(instance));
}

}  // namespace

std::vector<Test> pressure_tests() {
  return {{"no_memory", "bears that the host has no memory", no_memory},
          {"no_room", "bears that the host has no room", no_room},
          {"stop_under_pressure", "stops while the host has no room", stops_under_pressure}};
}

}  // namespace weir::check
