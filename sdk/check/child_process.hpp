#pragma once

// A process that runs code nobody trusts yet: it has a time limit, a process group of its own, and
// its output in our hands.
//
// Ownership  The destructor ends the process and what it has left running.
// Threads    One thread at a time.
// Units      Deadlines are nanoseconds of the steady clock (steady_ns()).

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::check {

// Nanoseconds of the machine's steady clock.
std::int64_t steady_ns();

// What a process did until it ended, or until its time was over.
struct Ending {
  std::string output;  // The end of what it wrote, at most 16 KiB.
  int status{0};       // As wait() gives it.
  bool in_time{true};  // False: it was killed.
  [[nodiscard]] bool good() const { return in_time && status == 0; }
  // "Aborted", "status 3", "no end in time"
  [[nodiscard]] std::string text() const;
  // What it wrote behind the mark in its last line that begins with it: verdicts stand among other
  // output. Empty when there is none.
  [[nodiscard]] std::string said(std::string_view mark) const;
  // The end of its output on one line, "(it said: ...)" with a space before it; empty when it said
  // nothing.
  [[nodiscard]] std::string last_words() const;
};

class ChildProcess {
 public:
  // Runs a program with these arguments; its standard input is empty.
  static ChildProcess of_program(const std::string& program,
                                 const std::vector<std::string>& arguments);
  // Runs a function in a copy of this process, which must have one thread; its result is the
  // status.
  static ChildProcess of_function(const std::function<int()>& run);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  // Not 0: why there is no process (errno).
  [[nodiscard]] int error() const { return error_; }
  // Reads until it ends, or kills it at the deadline.
  Ending wait(std::int64_t deadline_ns);

 private:
  ChildProcess() = default;
  int open_pipe();
  bool read_output(std::int64_t deadline_ns, std::string& output) const;
  int reap(std::int64_t deadline_ns, bool& in_time);

  pid_t pid_{0};
  int from_child_{-1}, error_{0};
};

}  // namespace weir::check
