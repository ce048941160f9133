#pragma once

// inputs.net: traffic of network interfaces, from /proc/net/dev, and their speed, from sysfs.
//
// Threads    As in abi.h: one call at a time.
// Errors     A table of interfaces that cannot be read fails the gather.
// Units      Bytes and packets since boot; speed in Mbit/s, -1 where it is not known.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weir/glob.hpp>
#include <weir/weir.hpp>

#include "plugins/common/procfs/file.hpp"
#include "plugins/common/procfs/roots.hpp"
#include "plugins/inputs/net/interfaces.hpp"

namespace weir::net_input {

struct Net {
  static constexpr weir::info meta{"net", "1.0.0", "Gather metrics about network interfaces"};

  std::vector<std::string> interfaces;
  bool ignore_protocol_stats{};

  static constexpr auto options = std::tuple{
      weir::opt{
          "interfaces", &Net::interfaces, "[]",
          "Globs of the interfaces to report, up or not; empty = all that are up but the loopback"},
      weir::opt{"ignore_protocol_stats", &Net::ignore_protocol_stats, "false",
                "Has no effect: statistics of protocols come from inputs.nstat"}
          .deprecated()};

  void init();
  void start();
  void gather(weir::sink& out);

  procfs::Roots roots{procfs::Roots::from_environment()};
  weir::host self;

 private:
  bool wants(std::string_view name);
  std::int64_t speed_of(std::string_view name);

  procfs::File dev_;
  weir::glob_list patterns_;
  Flags flags_;
};

}  // namespace weir::net_input
