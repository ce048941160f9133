#include "plugins/common/processes/child.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <utility>

#include <spawn.h>

namespace weir::common {
namespace {

// glibc's own is not declared for C++ everywhere.
int open_ending(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }

struct Pipe {
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) == 0) fcntl(ends[0], F_SETFL, O_NONBLOCK);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    for (const int end : ends) {
      if (end >= 0) ::close(end);
    }
  }
  bool good() const { return ends[0] >= 0; }
  int take_reading_end() { return std::exchange(ends[0], -1); }

  std::array<int, 2> ends{-1, -1};
};

// What every child begins with.
class Beginning {
 public:
  Beginning(int output, int errors) {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files_, errors, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
    posix_spawnattr_init(&how_);
    posix_spawnattr_setflags(
        &how_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    sigset_t signals;
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&how_, &signals);
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&how_, &signals);
  }
  Beginning(const Beginning&) = delete;
  Beginning& operator=(const Beginning&) = delete;
  ~Beginning() {
    posix_spawnattr_destroy(&how_);
    posix_spawn_file_actions_destroy(&files_);
  }
  int spawn(pid_t& pid, char* const* words, char* const* environment) const {
    return posix_spawnp(&pid, words[0], &files_, &how_, words, environment);
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t how_{};
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

}  // namespace

Child::~Child() {
  if (pid_ > 0) {
    signal_all(SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  close_end(output_);
  close_end(errors_);
  close_end(ending_);
}

int Child::start(std::vector<std::string> words, std::vector<std::string> environment) {
  Pipe output;
  Pipe errors;
  if (!output.good() || !errors.good()) return errno;
  const Beginning beginning(output.ends[1], errors.ends[1]);
  const int failed =
      beginning.spawn(pid_, pointers_to(words).data(), pointers_to(environment).data());
  if (failed != 0) return pid_ = 0, failed;
  group_ = pid_;
  ending_ = open_ending(pid_);
  if (ending_ < 0) return errno;
  output_ = output.take_reading_end();
  errors_ = errors.take_reading_end();
  return 0;
}

void Child::signal_all(int signal) const {
  if (group_ > 0) ::kill(-group_, signal);
}

bool Child::reap(int& status) {
  if (pid_ <= 0) return true;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
  pid_ = 0;
  return true;
}

void Child::close_end(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

std::vector<std::string> environment_with(const std::vector<std::string>& additions) {
  std::vector<std::string> all;
  const auto add = [&](std::string_view variable) {
    const auto same = [&](const std::string& v) { return name_of(v) == name_of(variable); };
    const auto at = std::find_if(all.begin(), all.end(), same);
    if (at == all.end()) {
      all.emplace_back(variable);
    } else {
      *at = variable;
    }
  };
  for (char** variable = environ; *variable != nullptr; ++variable) all.emplace_back(*variable);
  for (const std::string& addition : additions) add(addition);
  return all;
}

}  // namespace weir::common
