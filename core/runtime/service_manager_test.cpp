#include "core/runtime/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <map>
#include <system_error>

#include <gtest/gtest.h>

#include "core/pipeline/test_world.hpp"
#include "tests/support/temp_dir.hpp"

namespace weir::runtime {
namespace {

using pipeline::test::ManualExecutor;
using pipeline::test::ManualTimers;

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr int own_pid = 77;

// The service manager's side.
class Listener {
 public:
  // name: a path, or "@name".
  explicit Listener(const std::string& name) : socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    if (socket_ < 0) throw std::system_error(errno, std::generic_category(), "socket");
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::memcpy(at.sun_path, name.data(), name.size());
    std::size_t size = offsetof(sockaddr_un, sun_path) + name.size();
    if (name[0] == '@') {
      at.sun_path[0] = '\0';
    } else {
      ++size;
    }
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&at), static_cast<socklen_t>(size)),
              0);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { ::close(socket_); }

  // The next message that is there; "" = none.
  [[nodiscard]] std::string next() const {
    std::array<char, 512> text{};
    const ssize_t n = ::recv(socket_, text.data(), text.size(), MSG_DONTWAIT);
    return n > 0 ? std::string(text.data(), static_cast<std::size_t>(n)) : std::string();
  }

 private:
  const int socket_;
};

ServiceManager::Environment of(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const char* name) -> std::optional<std::string> {
    const auto at = values.find(name);
    if (at == values.end()) return std::nullopt;
    return at->second;
  };
}

class ServiceManagerTest : public testing::Test {
 protected:
  weir::test::TempDir folder_;
  const std::string path_ = folder_.file("notify");
};

TEST_F(ServiceManagerTest, SaysWhatSystemdUnderstands) {
  const Listener listener(path_);
  ServiceManager manager(of({{"NOTIFY_SOCKET", path_}}), own_pid);
  manager.ready("running\nREADY=0");
  EXPECT_EQ(listener.next(), "READY=1\nSTATUS=running READY=0");
  manager.reloading();
  const std::string reloading = listener.next();
  EXPECT_EQ(reloading.find("RELOADING=1\nMONOTONIC_USEC="), 0U) << reloading;
  manager.stopping("stopping");
  EXPECT_EQ(listener.next(), "STOPPING=1\nSTATUS=stopping");
  manager.alive();
  EXPECT_EQ(listener.next(), "WATCHDOG=1");
}

TEST_F(ServiceManagerTest, SocketsWithoutAFile) {
  const std::string name = "@weir-test-" + std::to_string(::getpid());
  const Listener listener(name);
  ServiceManager manager(of({{"NOTIFY_SOCKET", name}}), own_pid);
  manager.alive();
  EXPECT_EQ(listener.next(), "WATCHDOG=1");
}

TEST_F(ServiceManagerTest, WhoCannotBeToldCostsNothing) {
  for (const std::string& address :
       {std::string(), std::string("vsock:2:1"), path_ + "-nobody", std::string(200, '/')}) {
    ServiceManager manager(of({{"NOTIFY_SOCKET", address}, {"WATCHDOG_USEC", "1000000"}}), own_pid);
    manager.ready("running");
    EXPECT_EQ(manager.watchdog_ns(), 0) << address;
  }
}

TEST_F(ServiceManagerTest, TheWatchdogIsForThisProcessAlone) {
  const Listener listener(path_);
  const auto watchdog = [this](const char* pid, const char* usec) {
    return ServiceManager(
               of({{"NOTIFY_SOCKET", path_}, {"WATCHDOG_PID", pid}, {"WATCHDOG_USEC", usec}}),
               own_pid)
        .watchdog_ns();
  };
  EXPECT_EQ(watchdog("77", "30000000"), 30 * second_ns);
  EXPECT_EQ(watchdog("78", "30000000"), 0);
  EXPECT_EQ(watchdog("77", "-5"), 0);
  EXPECT_EQ(watchdog("77", "soon"), 0);
}

// The point of it: a timer alone would go on when no worker does.
TEST_F(ServiceManagerTest, TheHeartStopsWithTheWorkers) {
  const Listener listener(path_);
  ServiceManager manager(of({{"NOTIFY_SOCKET", path_}, {"WATCHDOG_USEC", "3000000"}}), own_pid);
  ManualTimers timers;
  ManualExecutor workers;
  Heartbeat heart(manager, timers, workers);
  heart.begin(0);
  EXPECT_EQ(listener.next(), "") << "no worker was there yet";
  EXPECT_TRUE(workers.run_one());
  EXPECT_EQ(listener.next(), "WATCHDOG=1");
  for (int beat = 1; beat < 5; ++beat) {
    EXPECT_EQ(timers.next_ns(), beat * second_ns);
    timers.fire_first();
  }
  EXPECT_EQ(listener.next(), "");
  EXPECT_TRUE(workers.run_one());
  EXPECT_EQ(listener.next(), "WATCHDOG=1");
  EXPECT_FALSE(workers.run_one()) << "one task waits at a time";
}

TEST_F(ServiceManagerTest, WithoutAWatchdogNothingBeats) {
  const Listener listener(path_);
  ServiceManager manager(of({{"NOTIFY_SOCKET", path_}}), own_pid);
  ManualTimers timers;
  ManualExecutor workers;
  Heartbeat heart(manager, timers, workers);
  heart.begin(0);
  EXPECT_EQ(timers.next_ns(), INT64_MAX);
  EXPECT_FALSE(workers.run_one());
}

}  // namespace
}  // namespace weir::runtime
