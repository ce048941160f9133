#pragma once

// Listening sockets (weir.listen/1). They belong to the host, not to the plugin, so that a reload can hand
// them from the old instance to the new one without a moment in which nobody listens.
//
// Threads  Every member may be called from any thread.
// Errors   unavailable with the address and what to do.

#include <map>
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

  // A bound, non-blocking socket for an address as in abi.h.
  Result<int> open(const std::string& address, const weir_listen_opts& opts);
  void close(int fd);

 private:
  struct Open {
    std::string path;  // Of a unix socket: removed with it.
  };
  std::mutex mutex_;
  std::map<int, Open> open_;  // Guarded by mutex_.
};

}  // namespace weir::pipeline
