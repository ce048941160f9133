#pragma once

// What the service manager that started the agent is told: ready, reloading, stopping, alive.
//
// The protocol is systemd's, sd_notify(3): a datagram of NAME=value lines to the socket that $NOTIFY_SOCKET
// names. Without that variable every function does nothing.
//
// Threads  Every member may be called from any thread.
// Errors   A message that cannot be sent is said once in the log; nothing waits longer than send_timeout for it.

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/executor.hpp"
#include "core/base/result.hpp"

namespace weir::runtime {

class ServiceManager {
 public:
  using Environment = std::function<std::optional<std::string>(const char* name)>;

  // Of this process.
  ServiceManager();
  // environment: what tests give instead; pid: whom WATCHDOG_PID has to name.
  ServiceManager(const Environment& environment, int pid);
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;
  ~ServiceManager();

  // status: one line for a person, in `systemctl status`.
  void ready(std::string_view status);
  void reloading();
  void stopping(std::string_view status);
  void alive();

  // Within which time alive() is expected, again and again; 0 = never.
  [[nodiscard]] std::int64_t watchdog_ns() const { return watchdog_ns_; }

 private:
  static constexpr std::int64_t send_timeout_us = 500'000;
  [[nodiscard]] Status open(const std::string& address);
  void send(const std::string& message);

  int socket_{-1};
  std::int64_t watchdog_ns_{0};
  std::atomic<bool> failed_{false};
};

// Tells the service manager that the agent is alive, and only while that is so: each beat is a task of the
// workers, which is posted once the one before it ran. Where no worker takes a task any more the beats end, and
// the service manager starts the agent anew.
//
// Ownership  Borrows all it is given. The timers are stopped before it is destroyed.
class Heartbeat {
 public:
  Heartbeat(ServiceManager& manager, Timers& timers, Executor& workers)
      : manager_(manager), timers_(timers), workers_(workers) {}
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;
  ~Heartbeat() = default;

  void begin(std::int64_t now_steady_ns);

 private:
  static constexpr std::int64_t beats_in_time = 3;  // Two may be late.
  void beat();

  ServiceManager& manager_;
  Timers& timers_;
  Executor& workers_;
  std::atomic<bool> posted_{false};
  std::atomic<std::int64_t> next_ns_{0};
};

}  // namespace weir::runtime
