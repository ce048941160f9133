#pragma once

// A program that runs beside the agent: in a process group of its own, without input, its output in our hands.
//
//   common::Child child;
//   const int error = child.start({"date", "+%s"}, environment);
//
// It inherits no file of the agent, and no blocked or ignored signal. A name without "/" is looked for in PATH.
//
// Threads    One thread at a time.
// Ownership  The destructor ends the process with its whole group, and waits for it.
// Errors     start() gives errno.

#include <sys/types.h>

#include <string>
#include <vector>

namespace weir::common {

class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  // words: the program and its arguments, at least one. environment: "name=value".
  int start(std::vector<std::string> words, std::vector<std::string> environment);

  // Ends of pipes, non-blocking: what it writes. -1 once closed.
  int output() const { return output_; }
  int errors() const { return errors_; }
  // Becomes readable when it has ended.
  int ending() const { return ending_; }
  void close_output() { close_end(output_); }
  void close_errors() { close_end(errors_); }
  // A signal for it and all that it has started and that stayed in its group.
  void signal_all(int signal) const;
  // Takes the status as wait() gives it; false while it runs.
  bool reap(int& status);

 private:
  static void close_end(int& descriptor);

  pid_t pid_ = 0;  // 0 once it is reaped
  pid_t group_ = 0;
  int output_ = -1, errors_ = -1, ending_ = -1;
};

// The agent's own, with these instead of or beside what is there.
std::vector<std::string> environment_with(const std::vector<std::string>& additions);

}  // namespace weir::common
