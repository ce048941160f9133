#pragma once

// What servers of connections have in common: accepting them, keep-alive, and the peers' names.
//
// Threads    Pure functions over the caller's descriptors.
// Errors     accept_connection() tells errno.

#include <sys/socket.h>

#include <cstdint>
#include <string>

namespace weir::common {

struct Accepted {
  int descriptor = -1;  // the caller's, non-blocking and close-on-exec; -1 with an error
  sockaddr_storage peer{};
  int error = 0;

  // Nothing was accepted, but the next one in the queue may be.
  bool try_next() const;
  // Out of descriptors or memory: the connection stays in the queue, and trying again at once fails again.
  bool exhausted() const;
};
Accepted accept_connection(int listening);

// Whether a silent TCP peer is probed, and how far apart, in whole seconds; 0 = as the system does.
void set_keep_alive(int descriptor, bool on, std::int64_t period_ns);

// "127.0.0.1", "::1"; empty for a peer without address.
std::string ip_of(const sockaddr_storage& peer);
// "127.0.0.1:4711", "[::1]:4711"; "unix" for a peer without address.
std::string text_of(const sockaddr_storage& peer);

}  // namespace weir::common
