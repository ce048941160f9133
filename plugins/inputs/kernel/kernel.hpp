#pragma once

// inputs.kernel: what the kernel counts since boot, from /proc/stat, its entropy, and where wanted
// same-page merging and pressure stalls. Reads fixed paths: HOST_PROC and HOST_SYS do not move them.
//
// Threads    As in abi.h: one call at a time.
// Errors     start() refuses "ksm" on a kernel without it. A file that cannot be read fails the gather,
//            but what was read from the others is emitted.
// Units      Counts, boot_time seconds since the epoch.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <weir/weir.hpp>

#include "plugins/common/procfs/file.hpp"
#include "plugins/inputs/kernel/pressure.hpp"

namespace weir::kernel_input {

// Lines of /proc/stat that this kernel writes.
struct Counters {
  std::optional<std::int64_t> interrupts, context_switches, processes_forked, boot_time;
  std::optional<std::int64_t> disk_pages_in, disk_pages_out;  // before Linux 2.6
};
Counters counters_of(std::string_view stat);

struct Kernel {
  static constexpr weir::info meta{"kernel", "1.0.0", "Collect various Linux kernel statistics"};

  std::vector<std::string> collect;

  static constexpr auto options = std::tuple{weir::opt{
      "collect", &Kernel::collect, "[]",
      "What else to gather: ksm (kernel same-page merging), psi (pressure stall information)"}};

  void init();
  void start();
  void gather(weir::sink& out);

  std::string proc{"/proc"}, sys{"/sys"};
  weir::host self;

 private:
  struct Merging {
    std::string field;
    procfs::File file;
    bool optional{false};
  };
  bool wants(std::string_view what) const;
  void open_merging();
  void add_counters(weir::sink& out);
  void add_entropy(weir::sink& out);
  void add_merging(weir::sink& out);
  void add_pressure(weir::sink& out, std::string_view resource, procfs::File& file);
  std::string_view text_of(procfs::File& file);
  void note(std::string problem);

  procfs::File stat_, entropy_, cpu_pressure_, memory_pressure_, io_pressure_;
  std::vector<Merging> merging_;
  std::string problem_;  // the first of this gather
};

}  // namespace weir::kernel_input
