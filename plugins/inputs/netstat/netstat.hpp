#pragma once

// inputs.netstat: how many TCP connections are in which state, and how many UDP sockets there are, from
// /proc/net/tcp, tcp6, udp and udp6.
//
// Format     Linux, Documentation/networking/proc_net_tcp.rst: a line a socket, the fourth word is its state
// Threads    As in abi.h: one call at a time.
// Errors     A missing file (no IPv6) counts as empty; where none can be read, the gather fails.

#include <array>
#include <cstdint>
#include <string_view>

#include <weir/weir.hpp>

#include "plugins/common/procfs/file.hpp"
#include "plugins/common/procfs/roots.hpp"

namespace weir::netstat_input {

// By the kernel's number of the state; 0 = none that is known.
using States = std::array<std::int64_t, 12>;
// Adds the sockets of a table.
void count_states(std::string_view table, States& states);
std::int64_t count_sockets(std::string_view table);

struct Netstat {
  static constexpr weir::info meta{
      "netstat", "1.0.0", "Read the states of TCP connections and the number of UDP sockets"};

  void start();
  void gather(weir::sink& out);

  procfs::Roots roots{procfs::Roots::from_environment()};

 private:
  procfs::File tcp_, tcp6_, udp_, udp6_;
};

}  // namespace weir::netstat_input
