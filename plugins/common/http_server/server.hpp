#pragma once

// A small HTTP/1.1 server on threads of its own, for plugins that listen.
//
// Every worker is a thread with its own connections and its own Handler; they share the listening socket. A
// thousand idle connections cost their descriptors and a few hundred bytes each.
//
// Threads    Construction and destruction in [life]; notify() from any.
// Ownership  The listening descriptor is borrowed.
// Errors     The constructor throws what the handlers' makers throw.
// Limits     ServerSettings. Where connections_max are open, further ones wait in the kernel's backlog.
//            The destructor gives requests that have begun drain_ns to end.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <weir/sink.hpp>

#include "plugins/common/http_server/connection.hpp"

namespace weir::http {

struct ServerSettings {
  ServerLimits limits;
  std::uint32_t workers = 1;
  std::uint32_t connections_max = 10'000;
  std::shared_ptr<const common::TlsServer> tls;  // null = no TLS
};

// What all workers add to.
struct ServerCounts {
  std::atomic<std::uint32_t> open{0};
  std::atomic<std::uint64_t> accepted{0};
};

class Server {
 public:
  static constexpr std::int64_t drain_ns = 1'000'000'000;
  using MakeHandler =
      std::function<std::unique_ptr<Handler>(std::uint32_t worker, Connections& connections)>;

  Server(host home, ServerSettings settings, int listening, const MakeHandler& make);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  // Ends what has begun, and waits for it; [life], any number of times. notify() may be called meanwhile.
  void stop();
  // Tells a worker's handler something, on its thread.
  void notify(std::uint32_t worker, std::uint64_t value);
  std::uint32_t workers() const { return static_cast<std::uint32_t>(workers_.size()); }
  const ServerCounts& counts() const { return counts_; }

 private:
  const ServerSettings settings_;
  ServerCounts counts_;
  std::vector<std::unique_ptr<class Worker>> workers_;
};

}  // namespace weir::http
