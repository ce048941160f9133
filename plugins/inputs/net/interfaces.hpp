#pragma once

// Counters of network interfaces, /proc/net/dev, and whether an interface is up.
//
// Threads    Flags: one thread at a time per object; the rest are pure functions.
// Errors     A line that is not understood is left out.

#include <array>
#include <cstdint>
#include <string_view>

namespace weir::net_input {

// By the names of the fields; where they stand in the line is known in the source.
enum Counter : std::uint8_t {
  bytes_recv,
  packets_recv,
  err_in,
  drop_in,
  bytes_sent,
  packets_sent,
  err_out,
  drop_out,
  counter_count
};
using Counters = std::array<std::uint64_t, counter_count>;

// Parses a line; name is a piece of it. false for a headline too.
bool parse_interface(std::string_view line, std::string_view& name, Counters& counters);

// Asks the kernel for the flags of interfaces.
class Flags {
 public:
  Flags() = default;
  ~Flags();
  Flags(const Flags&) = delete;
  Flags& operator=(const Flags&) = delete;

  // Whether the interface exists, is up and is not the loopback.
  bool is_live(std::string_view name);

 private:
  int socket_{-1};
};

}  // namespace weir::net_input
