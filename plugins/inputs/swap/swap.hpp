#pragma once

// inputs.swap: how much swap there is, and what went in and out, from sysinfo(2) and /proc/vmstat.
//
// Threads    As in abi.h: one call at a time.
// Errors     A vmstat that cannot be read fails the gather; a counter that is missing there is 0.
// Units      Bytes; the kernel's counters are taken as pages of 4096 bytes, as Telegraf does.

#include <sys/sysinfo.h>

#include <cstdint>
#include <string_view>

#include <weir/weir.hpp>

#include "plugins/common/procfs/file.hpp"
#include "plugins/common/procfs/roots.hpp"

namespace weir::swap_input {

// Since boot.
struct Traffic {
  std::uint64_t in_bytes{0}, out_bytes{0};
};
Traffic traffic_of(std::string_view vmstat);

struct Swap {
  static constexpr weir::info meta{"swap", "1.0.0", "Read metrics about swap memory usage"};

  void start();
  void gather(weir::sink& out);

  procfs::Roots roots{procfs::Roots::from_environment()};
  int (*read_sysinfo)(struct sysinfo* info){::sysinfo};

 private:
  procfs::File vmstat_;
};

}  // namespace weir::swap_input
