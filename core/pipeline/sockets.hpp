#pragma once

// Listening sockets (weir.listen/1). They belong to the host, not to the plugin, so that a reload can hand
// them from the old instance to the new one without a moment in which nobody listens.
//
// Threads  Every member may be called from any thread.
// Errors   unavailable with the address and what to do.

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <weir/abi.h>

#include "core/base/result.hpp"

namespace weir::pipeline {

class Sockets {
 public:
  Sockets() = default;
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;
  ~Sockets();

  // A bound, non-blocking socket for an address as in abi.h. owner: whose it is, for offer().
  Result<int> open(const std::string& address, const weir_listen_opts& opts,
                   const void* owner = nullptr);
  void close(int fd);

  // The owner is about to be replaced: who opens one of its addresses gets the same socket again, once, so that until
  // the owner closes its own both take what comes, and nobody is refused in between. on = false: not any more.
  void offer(const void* owner, bool on);
  // Has it any?
  [[nodiscard]] bool any_of(const void* owner);

 private:
  // Of a unix socket: removed with the last descriptor of it.
  class Path;
  struct Open {
    std::string address;
    const void* owner{nullptr};
    bool offered{false};
    std::shared_ptr<Path> path;
  };
  int share_locked(const std::string& address, const weir_listen_opts& opts, const void* owner);

  std::mutex mutex_;
  std::map<int, Open> open_;  // Guarded by mutex_.
};

}  // namespace weir::pipeline
