#pragma once

// A listening socket of the host (weir.listen/1).
//
// Threads    [life] only.
// Ownership  The host's; closed by the destructor.
// Errors     Construction throws what the host says: weir::config_error names the option, weir::retry means
//            that the address is taken.

#include <cstdint>
#include <string>

#include <weir/sink.hpp>

namespace weir::common {

struct ListenOptions {
  std::uint32_t socket_mode = 0;  // of a unix socket, 0 = the system's
  std::int64_t read_buffer_bytes = 0;
  std::string interface_name;  // of multicast, or empty
};

class ListeningSocket {
 public:
  // url: as in abi.h; option: the option that it came from.
  ListeningSocket(host home, const std::string& url, const std::string& option,
                  const ListenOptions& options = {});
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;
  ~ListeningSocket();

  int descriptor() const { return descriptor_; }

 private:
  host home_;
  std::int32_t descriptor_ = -1;
};

// The option socket_mode, "777" octal; 0 where it is empty. Throws weir::config_error.
std::uint32_t parse_socket_mode(const std::string& text);

}  // namespace weir::common
