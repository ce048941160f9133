#include "plugins/common/processes/children.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>

#include "plugins/common/processes/child.hpp"

namespace weir::common {
namespace {

constexpr std::size_t piece_bytes = std::size_t{64} << 10;

std::int64_t steady_ns() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

std::string text_of(int status) {
  if (WIFEXITED(status)) {
    if (WEXITSTATUS(status) == 0) return {};
    return "ended with status " + std::to_string(WEXITSTATUS(status));
  }
  return std::string("was ended by a signal: ") + sigdescr_np(WTERMSIG(status));
}

}  // namespace

// One command on its way.
class Children::Running {
 public:
  Running(std::size_t command, std::int64_t timeout_ns) : due_ns_(steady_ns() + timeout_ns) {
    ended_.command = command;
  }
  bool start(const Command& words, std::vector<std::string> environment) {
    const int failed = child_.start(words, std::move(environment));
    if (failed == 0) return true;
    ended_.whole = false;
    ended_.problem = "cannot be started: " + std::generic_category().message(failed);
    return false;
  }

  void add_to(std::vector<pollfd>& wanted) const {
    for (const int descriptor :
         {child_.output(), child_.errors(), exited_ ? -1 : child_.ending()}) {
      if (descriptor >= 0) wanted.push_back({descriptor, POLLIN, 0});
    }
  }
  std::int64_t due_ns() const { return due_ns_; }
  bool is_ending() const { return !ended_.whole; }
  std::size_t held_bytes() const { return ended_.output.capacity(); }

  // Takes what there is. True when it is done.
  bool step(const RunRules& rules) {
    if (child_.output() >= 0 && !read_output(rules)) child_.close_output();
    if (child_.errors() >= 0 && !read_errors(rules)) child_.close_errors();
    if (!exited_ && child_.reap(status_)) exited_ = true;
    return exited_ && child_.output() < 0 && child_.errors() < 0;
  }
  // Ends it; the second time for good.
  void end(const char* why) {
    if (std::exchange(ended_.whole, false)) {
      ended_.problem = why;
      child_.signal_all(SIGTERM);
      due_ns_ = steady_ns() + grace_ns;
      return;
    }
    child_.signal_all(SIGKILL);
    child_.close_output();  // Somebody outside of the group may hold it.
    child_.close_errors();
    due_ns_ = steady_ns() + grace_ns;
  }
  Ended& take() {
    if (ended_.problem.empty()) ended_.problem = text_of(status_);
    return ended_;
  }

 private:
  // False at the end.
  bool read_output(const RunRules& rules) {
    std::array<char, piece_bytes> piece{};
    const ssize_t n = ::read(child_.output(), piece.data(), piece.size());
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    const auto bytes = static_cast<std::size_t>(n);
    if (!ended_.whole) return n > 0;  // It is being ended: nobody wants it.
    if (ended_.output.size() + bytes > rules.output_bytes_max) {
      end("wrote more than it may");
    } else {
      ended_.output.append(piece.data(), bytes);
    }
    return n > 0;
  }
  bool read_errors(const RunRules& rules) {
    std::array<char, 4096> piece{};
    const ssize_t n = ::read(child_.errors(), piece.data(), piece.size());
    if (n < 0) return errno == EAGAIN || errno == EINTR;
    const std::string_view bytes(piece.data(), static_cast<std::size_t>(n));
    ended_.errors += bytes.substr(0, errors_bytes_max - ended_.errors.size());
    if (rules.on_errors && n > 0) rules.on_errors(ended_.command, bytes);
    return n > 0;
  }

  Child child_;
  Ended ended_;
  std::int64_t due_ns_;
  int status_ = 0;
  bool exited_ = false;
};

Children::Children(RunRules rules)
    : rules_(std::move(rules)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Children::~Children() {
  if (wake_ >= 0) ::close(wake_);
}

void Children::stop() {
  stopping_ = true;
  const std::uint64_t once = 1;
  if (::write(wake_, &once, sizeof once) < 0) errno = 0;  // Woken already.
}

void Children::run(const std::vector<Command>& commands, const std::function<void(Ended&)>& done) {
  begun_ = 0;
  begin(commands, done);
  while (!running_.empty()) {
    wait();
    step(done);
    begin(commands, done);
  }
}

void Children::begin(const std::vector<Command>& commands,
                     const std::function<void(Ended&)>& done) {
  while (begun_ < commands.size() && running_.size() < at_once_max && !stopping_) {
    auto one = std::make_unique<Running>(begun_, rules_.timeout_ns);
    if (one->start(commands[begun_++], environment_with(rules_.environment))) {
      running_.push_back(std::move(one));
    } else {
      done(one->take());
    }
  }
}

void Children::wait() {
  std::vector<pollfd> wanted;
  if (!stopping_) wanted.push_back({wake_, POLLIN, 0});
  std::int64_t due_ns = running_.front()->due_ns();
  for (const auto& one : running_) {
    one->add_to(wanted);
    due_ns = std::min(due_ns, one->due_ns());
  }
  constexpr std::int64_t millisecond_ns = 1'000'000;
  const std::int64_t left_ms = (due_ns - steady_ns()) / millisecond_ns + 1;
  constexpr std::int64_t slice_ms = 60'000;
  ::poll(wanted.data(), wanted.size(),
         static_cast<int>(std::clamp<std::int64_t>(left_ms, 0, slice_ms)));
}

void Children::step(const std::function<void(Ended&)>& done) {
  const std::int64_t now = steady_ns();
  const bool room = hold();
  std::erase_if(running_, [&](const std::unique_ptr<Running>& one) {
    const bool ended = one->step(rules_);
    if (ended) return done(one->take()), true;
    if (!one->is_ending() && stopping_) {
      one->end("was ended because the agent stops");
    } else if (!one->is_ending() && !room) {
      one->end("was ended: there is no memory for what it writes; raise [weir] memory_limit");
    } else if (now >= one->due_ns()) {
      one->end("took longer than its timeout and was ended");
    }
    return false;
  });
}

bool Children::hold() {
  if (!rules_.hold) return true;
  std::size_t bytes = 0;
  for (const auto& one : running_) bytes += one->held_bytes();
  return rules_.hold(bytes);
}

}  // namespace weir::common
