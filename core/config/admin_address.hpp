#pragma once

// Where the agent's admin endpoint is: "unix:/run/weir/weir.sock", or a port of this machine, "127.0.0.1:9274".

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace weir::config {

struct AdminAddress {
  std::string path;  // Of a Unix socket; empty: it is TCP.
  std::string host;  // "127.0.0.1", "::1" or another of 127.0.0.0/8.
  std::uint16_t port{0};

  [[nodiscard]] bool tcp() const { return path.empty(); }
};

// bad_config, and why, for anything that is neither or that other machines could reach.
[[nodiscard]] Result<AdminAddress> parse_admin_address(std::string_view text);

}  // namespace weir::config
