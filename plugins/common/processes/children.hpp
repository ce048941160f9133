#pragma once

// Runs commands to their end, several at a time, and hands out what each wrote.
//
//   common::Children children({.timeout_ns = 5'000'000'000});
//   children.run(commands, [](common::Ended& e) { use(e.output); });
//
// Whoever is not done in time, or writes too much, is ended with its whole process group: first asked (SIGTERM), and
// after grace_ns killed. A command is done when it has ended and nobody holds its output and errors open.
//
// Threads    run() on one thread, which it holds until all are done; stop() from any.
// Errors     In each command's Ended.
// Units      Nanoseconds of the steady clock.
// Limits     at_once_max commands; output_bytes_max each; of what they write to standard error errors_bytes_max
//            are kept.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir::common {

// How a command ended.
struct Ended {
  std::size_t command = 0;  // its place in the list
  std::string output{};
  std::string errors{};   // the begin of what it wrote to standard error
  std::string problem{};  // empty = status 0: "ended with status 3"
  bool whole = true;      // output is what it wished to say: it was not ended by us
};

struct RunRules {
  std::int64_t timeout_ns = 0;
  std::size_t output_bytes_max = std::size_t{32} << 20;
  std::vector<std::string> environment{};  // "name=value", beside the agent's own
  // What a command writes to standard error, as it comes. May be empty.
  std::function<void(std::size_t command, std::string_view bytes)> on_errors{};
  // Whether so many bytes of output, of all commands, may be held. May be empty.
  std::function<bool(std::size_t bytes)> hold{};
};

class Children {
 public:
  static constexpr std::size_t at_once_max = 32;
  static constexpr std::size_t errors_bytes_max = std::size_t{4} << 10;
  static constexpr std::int64_t grace_ns = 5'000'000'000;

  using Command = std::vector<std::string>;  // the program and its arguments

  explicit Children(RunRules rules);
  Children(const Children&) = delete;
  Children& operator=(const Children&) = delete;
  ~Children();

  // done is called for each, in the order in which they end.
  void run(const std::vector<Command>& commands, const std::function<void(Ended&)>& done);
  // What runs is ended, and nothing is begun any more.
  void stop();

 private:
  class Running;

  void begin(const std::vector<Command>& commands, const std::function<void(Ended&)>& done);
  void wait();
  void step(const std::function<void(Ended&)>& done);
  bool hold();

  const RunRules rules_;
  const int wake_;
  std::atomic<bool> stopping_{false};
  std::vector<std::unique_ptr<Running>> running_;
  std::size_t begun_ = 0;
};

}  // namespace weir::common
