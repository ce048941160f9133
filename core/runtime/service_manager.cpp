#include "core/runtime/service_manager.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"

namespace weir::runtime {
namespace {

constexpr std::int64_t us_ns = 1000;

const Logger& agent_log() {
  static const Logger log("agent");
  return log;
}

std::optional<std::string> of_process(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment.
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

std::int64_t number(const std::optional<std::string>& text) {
  std::int64_t value = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

// A line break would begin another assignment.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

std::string reason() { return std::generic_category().message(errno); }

}  // namespace

ServiceManager::ServiceManager() : ServiceManager(of_process, ::getpid()) {}

ServiceManager::ServiceManager(const Environment& environment, int pid) {
  const auto address = environment("NOTIFY_SOCKET");
  if (!address || address->empty()) return;
  if (const Status s = open(*address); !s.ok()) {
    agent_log().warn(s.error().message);
    return;
  }
  const auto whose = environment("WATCHDOG_PID");
  if (whose && number(whose) != pid) return;
  watchdog_ns_ = std::max<std::int64_t>(0, number(environment("WATCHDOG_USEC"))) * us_ns;
}

ServiceManager::~ServiceManager() {
  if (socket_ >= 0) ::close(socket_);
}

// "/path", or "@name" without a file.
Status ServiceManager::open(const std::string& address) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  const bool known = address[0] == '/' || address[0] == '@';
  if (!known || address.size() >= sizeof to.sun_path) {
    return Error{ErrorKind::bad_config,
                 "NOTIFY_SOCKET is no address of a Unix socket: the service "
                 "manager is not told how the agent does"};
  }
  std::memcpy(to.sun_path, address.data(), address.size());
  if (address[0] == '@') to.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size() +
                                           (address[0] == '/'));
  socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const timeval timeout{0, send_timeout_us};
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), size) == 0) return ok_status();
  return Error{ErrorKind::unavailable, "the socket NOTIFY_SOCKET names cannot be reached (" +
                                           reason() +
                                           "): the service manager is not told how the agent does"};
}

void ServiceManager::send(const std::string& message) {
  if (socket_ < 0) return;
  const ssize_t n = ::send(socket_, message.data(), message.size(), MSG_NOSIGNAL);
  if (n >= 0 || failed_.exchange(true)) return;
  agent_log().warn("the service manager could not be told how the agent does: " + reason());
}

void ServiceManager::ready(std::string_view status) { send("READY=1\nSTATUS=" + one_line(status)); }

void ServiceManager::reloading() {
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(system_clock().steady_ns() / us_ns) +
       "\nSTATUS=reloading the configuration");
}

void ServiceManager::stopping(std::string_view status) {
  send("STOPPING=1\nSTATUS=" + one_line(status));
}

void ServiceManager::alive() { send("WATCHDOG=1"); }

void Heartbeat::begin(std::int64_t now_steady_ns) {
  if (manager_.watchdog_ns() == 0) return;
  next_ns_ = now_steady_ns;
  beat();
}

void Heartbeat::beat() {
  if (!posted_.exchange(true)) {
    workers_.post([this] {
      manager_.alive();
      posted_ = false;
    });
  }
  next_ns_ += manager_.watchdog_ns() / beats_in_time;
  timers_.at(next_ns_, [this] { beat(); });
}

}  // namespace weir::runtime
