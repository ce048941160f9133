#pragma once

// The option service_address.
//
// Errors  weir::config_error for what cannot be listened on.

#include <string>

namespace weir::socket_listener {

struct Address {
  std::string url;             // for weir.listen/1
  std::string interface_name;  // of multicast, or empty
  bool stream = false;         // connections instead of datagrams
  bool tcp = false;
  bool unix_path = false;
};

// "tcp://:8094", "udp4://239.0.0.1:40000%eth0", "unix:///tmp/sock"...
Address parse_address(const std::string& text);

}  // namespace weir::socket_listener
