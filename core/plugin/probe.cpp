#include "core/plugin/probe.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string_view>

#include <spawn.h>

#include "core/base/clock.hpp"
#include "core/base/units.hpp"
#include "core/plugin/module_file.hpp"

namespace weir::plugin {
namespace {

// The verdict's line: a module may print what it likes before it.
constexpr std::string_view verdict_mark = "weir-probe: ";
constexpr std::string_view good_verdict = "good";
constexpr std::size_t output_bytes_max = 16 * 1024;

// A program with its output in our hands.
class Child {
 public:
  Child(const std::string& program, const std::string& path) {
    int ends[2] = {-1, -1};
    if (pipe2(ends, O_CLOEXEC) != 0) {
      error_ = errno;
      return;
    }
    from_child_ = ends[0];
    error_ = spawn(program, path, ends[1]);
    close(ends[1]);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (from_child_ >= 0) close(from_child_);
    if (pid_ > 0) end();
  }

  [[nodiscard]] int error() const { return error_; }

  // All that it says until it closes its output; false when the deadline passes before.
  bool read_output(std::int64_t deadline_ns, std::string& output) const {
    std::array<char, 4096> piece{};
    for (;;) {
      const std::int64_t left_ms = (deadline_ns - system_clock().steady_ns()) / 1'000'000;
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

  // Ends the child, its children too, and returns how it ended.
  int end() {
    kill(-pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return status;
  }
  // The status of a child that has closed its output, which as a rule it does by ending.
  int wait(std::int64_t deadline_ns) {
    int status = 0;
    pid_t ended = 0;
    while ((ended = waitpid(pid_, &status, WNOHANG)) == 0 &&
           system_clock().steady_ns() < deadline_ns)
      poll(nullptr, 0, 1);
    if (ended != pid_) return end();
    kill(-pid_, SIGKILL);  // What it may have left running.
    pid_ = 0;
    return status;
  }

 private:
  int spawn(const std::string& program, const std::string& path, int output) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
    posix_spawnattr_t how;
    posix_spawnattr_init(&how);
    posix_spawnattr_setflags(
        &how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    sigset_t signals;
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&how, &signals);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&how, &signals);
    std::string name = program, command = probe_command, file = path;
    std::array<char*, 4> arguments{name.data(), command.data(), file.data(), nullptr};
    const int failed = posix_spawn(&pid_, program.c_str(), &files, &how, arguments.data(), environ);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    return failed;
  }

  pid_t pid_{0};
  int from_child_{-1}, error_{0};
};

// The last line that begins with the mark, without it; empty when there is none.
std::string verdict_of(const std::string& output) {
  const std::size_t at = output.rfind(verdict_mark);
  if (at == std::string::npos) return {};
  const std::size_t from = at + verdict_mark.size();
  return output.substr(from, output.find('\n', from) - from);
}

// What a child that died has said last, on one line.
std::string last_words(const std::string& output) {
  constexpr std::size_t bytes_max = 200;
  std::string words = output.substr(output.size() - std::min(output.size(), bytes_max));
  while (!words.empty() && words.back() == '\n') words.pop_back();
  std::replace(words.begin(), words.end(), '\n', ' ');
  return words.empty() ? "" : " (it said: " + words + ")";
}

std::string death_of(int status, const std::string& output) {
  if (WIFSIGNALED(status))
    return std::string("crashes while it is loaded, in a static constructor or in init: ") +
           strsignal(WTERMSIG(status)) + last_words(output);
  return "ends the process while it is loaded, with status " + std::to_string(WEXITSTATUS(status)) +
         last_words(output);
}

void say(std::string_view verdict) {
  std::printf("%.*s%.*s\n", static_cast<int>(verdict_mark.size()), verdict_mark.data(),
              static_cast<int>(verdict.size()), verdict.data());
  std::fflush(stdout);
}

}  // namespace

std::string probe_module(const std::string& program, const std::string& path,
                         std::int64_t timeout_ns) {
  Child child(program, path);
  if (child.error() != 0)
    return "cannot be tried out: " + program + ": " + std::strerror(child.error());
  const std::int64_t deadline_ns = system_clock().steady_ns() + timeout_ns;
  std::string output;
  if (!child.read_output(deadline_ns, output))
    return "is not loaded within " + print_duration(timeout_ns) +
           ": a static constructor or init hangs";
  const int status = child.wait(deadline_ns);
  const std::string verdict = verdict_of(output);
  if (verdict == good_verdict && WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return verdict.empty() || verdict == good_verdict ? death_of(status, output) : verdict;
}

int probe_module_main(const char* path) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const Result<const weir_module*> module = open_module(path);
  if (!module.ok()) {
    say(module.error().message);
    return 1;
  }
  const std::string why = check_all(*module.value());
  say(why.empty() ? good_verdict : std::string_view(why));
  // Destructors of the module are none of our business: how the agent ends is decided elsewhere.
  _exit(why.empty() ? 0 : 1);
}

}  // namespace weir::plugin
