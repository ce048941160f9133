#include "sdk/check/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <utility>

#include <spawn.h>

namespace weir::check {
namespace {

constexpr std::size_t output_bytes_max = 16 * 1024;

// What every child begins with: no input, output into the pipe, no signal blocked or ignored.
class SpawnRules {
 public:
  explicit SpawnRules(int output) {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files_, output, STDERR_FILENO);
    posix_spawnattr_init(&how_);
    posix_spawnattr_setflags(
        &how_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    sigset_t signals;
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&how_, &signals);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&how_, &signals);
  }
  SpawnRules(const SpawnRules&) = delete;
  SpawnRules& operator=(const SpawnRules&) = delete;
  ~SpawnRules() {
    posix_spawnattr_destroy(&how_);
    posix_spawn_file_actions_destroy(&files_);
  }
  int spawn(pid_t& pid, const std::string& program, std::vector<std::string> arguments) const {
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    return posix_spawn(&pid, program.c_str(), &files_, &how_, pointers.data(), environ);
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t how_{};
};

[[noreturn]] void become_child(int output, const std::function<int()>& run) {
  setpgid(0, 0);
  const int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (input < 0 || output < 0) _exit(127);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  close(input);
  close(output);
  _exit(run());
}

}  // namespace

std::int64_t steady_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::string Ending::text() const {
  if (!in_time) return "no end in time";
  if (WIFSIGNALED(status)) return sigdescr_np(WTERMSIG(status));
  return "status " + std::to_string(WEXITSTATUS(status));
}

std::string Ending::said(std::string_view mark) const {
  const std::size_t at = output.rfind(mark);
  if (at == std::string::npos) return {};
  const std::size_t from = at + mark.size();
  return output.substr(from, output.find('\n', from) - from);
}

std::string Ending::last_words() const {
  constexpr std::size_t bytes_max = 200;
  std::string words = output.substr(output.size() - std::min(output.size(), bytes_max));
  while (!words.empty() && words.back() == '\n') words.pop_back();
  std::replace(words.begin(), words.end(), '\n', ' ');
  return words.empty() ? "" : " (it said: " + words + ")";
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      from_child_(std::exchange(other.from_child_, -1)),
      error_(other.error_) {}

ChildProcess::~ChildProcess() {
  bool in_time = true;
  if (pid_ > 0) reap(0, in_time);
  if (from_child_ >= 0) close(from_child_);
}

int ChildProcess::open_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) error_ = errno;
  from_child_ = ends[0];
  return ends[1];
}

ChildProcess ChildProcess::of_program(const std::string& program,
                                      const std::vector<std::string>& arguments) {
  ChildProcess child;
  const int output = child.open_pipe();
  if (child.error_ != 0) return child;
  std::vector<std::string> all{program};
  all.insert(all.end(), arguments.begin(), arguments.end());
  child.error_ = SpawnRules(output).spawn(child.pid_, program, std::move(all));
  close(output);
  return child;
}

ChildProcess ChildProcess::of_function(const std::function<int()>& run) {
  ChildProcess child;
  const int output = child.open_pipe();
  if (child.error_ != 0) return child;
  child.pid_ = fork();
  if (child.pid_ == 0) become_child(output, run);
  if (child.pid_ < 0) child.error_ = errno;
  close(output);
  return child;
}

Ending ChildProcess::wait(std::int64_t deadline_ns) {
  Ending ending;
  ending.in_time = read_output(deadline_ns, ending.output);
  ending.status = reap(ending.in_time ? deadline_ns : 0, ending.in_time);
  return ending;
}

// All that it says until it closes its output; false when the deadline passes before.
bool ChildProcess::read_output(std::int64_t deadline_ns, std::string& output) const {
  std::array<char, 4096> piece{};
  for (;;) {
    const std::int64_t left_ms = (deadline_ns - steady_ns()) / 1'000'000;
    pollfd wanted{from_child_, POLLIN, 0};
    const int ready = left_ms > 0 ? poll(&wanted, 1, static_cast<int>(left_ms)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    const ssize_t n = read(from_child_, piece.data(), piece.size());
    if (n <= 0) return true;
    output.append(piece.data(), static_cast<std::size_t>(n));
    if (output.size() > output_bytes_max) output.erase(0, output.size() - output_bytes_max);
  }
}

// Waits until the deadline, then kills; whatever it has started is killed in any case.
int ChildProcess::reap(std::int64_t deadline_ns, bool& in_time) {
  int status = 0;
  pid_t ended = 0;
  while ((ended = waitpid(pid_, &status, WNOHANG)) == 0 && steady_ns() < deadline_ns) {
    poll(nullptr, 0, 1);
  }
  kill(-pid_, SIGKILL);
  if (ended != pid_) {
    in_time = false;
    kill(pid_, SIGKILL);  // Its group may not have been made yet.
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  pid_ = 0;
  return status;
}

}  // namespace weir::check
