#pragma once

// inputs.system: load, uptime, users, processors, the distribution and what the firmware tells.
//
// Threads    As in abi.h: one call at a time.
// Errors     What one group cannot read fails the gather, but the other groups are emitted.
// Units      uptime in seconds.

#include <sys/sysinfo.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/procfs/file.hpp"
#include "plugins/common/procfs/roots.hpp"
#include "plugins/inputs/system/cpus.hpp"
#include "plugins/inputs/system/dmi.hpp"

namespace weir::system_input {

// "14 days, 11:07", " 0:51"
std::string format_uptime(std::uint64_t seconds);

struct System {
  static constexpr weir::info meta{"system", "1.0.0", "Read metrics about system load and uptime"};

  std::vector<std::string> include;
  weir::duration os_cache_ttl, dmi_cache_ttl;

  static constexpr auto options = std::tuple{
      weir::opt{
          "include", &System::include, "[\"legacy\"]",
          "What to gather: legacy (the three metrics of old), cpus, dmi, load, os, uptime, users"},
      weir::opt{"os_cache_ttl", &System::os_cache_ttl, "\"8h\"",
                "How long what os tells is kept before it is read again; 0 = not at all"},
      weir::opt{"dmi_cache_ttl", &System::dmi_cache_ttl, "\"8h\"",
                "How long what dmi tells is kept before it is read again; 0 = not at all"}};

  void init();
  void start();
  void gather(weir::sink& out);

  procfs::Roots roots{procfs::Roots::from_environment()};
  int (*read_sysinfo)(struct sysinfo* info){::sysinfo};
  weir::host self;

 private:
  struct Cache {
    Texts texts;
    std::int64_t read_ns{0};
    bool filled{false};
  };
  bool wants(std::string_view what) const;
  struct sysinfo ask_kernel() const;
  void refresh(Cache& cache, weir::duration ttl, Texts (*read)(const procfs::Roots& roots)) const;
  void add_load(weir::sink& out);
  void add_cpus(weir::sink& out);
  void add_users(weir::sink& out);
  void add_legacy(weir::sink& out);
  template <typename Add>
  void group(std::string_view name, Add&& add);

  procfs::File load_, users_;
  CpuCounter cpus_;
  Cache os_, dmi_;
  std::string problem_;  // the first of this gather
};

}  // namespace weir::system_input
